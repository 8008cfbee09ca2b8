# make build, make test: the two commands of README.md. Each makes what it needs.
PYTHON ?= python3
# Variables for the build, as JSON or YAML: make build VARS='{as_of_date: 2011-12-10}'
VARS ?= {}
# How much of the torture: make torture TORTURE='--kills 20 --whole 2 --disks 4 --days 5'
TORTURE ?=
# Which inputs to time: make bench BENCH='--cases sim_10k or2'
BENCH ?=

BIN := .venv/bin
INSTALLED := .venv/installed
# A build needs a third less than lint and tests do.
DEV_INSTALLED := .venv/installed-dev
# Apache Spark has an environment of its own: who uses DuckDB installs none of it.
SPARK_BIN := .venv-spark/bin
SPARK_INSTALLED := .venv-spark/installed
WAREHOUSE ?= warehouse.duckdb
DBT := $(BIN)/dbt

# As it was given: make would otherwise take each $ in it for a variable.
override VARS := $(value VARS)
export VARS
export WAREHOUSE
export DO_NOT_TRACK := 1
# Relative paths in profiles.yml are relative to this folder.
export DBT_PROFILES_DIR := .

# A new environment in the folder $(1), from the lock $(2).
define NEW_ENVIRONMENT
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test ! -L $(1) || { echo '$(1) is a link: what it leads to would be emptied. Remove the link first.'; exit 1; }
	$(PYTHON) -m venv --clear $(1)
	$(call INSTALL,$(1),$(2))
endef

define INSTALL
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(2)
endef

.PHONY: help build score check test lint docs sample clean install-spark test-spark test-cluster torture bench

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

$(INSTALLED): requirements-build.lock
	$(call NEW_ENVIRONMENT,.venv,$<)
	@touch $@

$(DEV_INSTALLED): requirements.lock $(INSTALLED)
	$(call INSTALL,.venv,$<)
	@touch $@

# The path file lets dbt find its plugin for Python models on Spark (python_models/dbt_spark_session.py).
$(SPARK_INSTALLED): requirements-spark.lock | java
	$(call NEW_ENVIRONMENT,.venv-spark,requirements-spark.lock)
	@echo '$(CURDIR)/python_models' > "$$($(SPARK_BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/customer_value.pth"
	@touch $@

# dbt answers a date that is none with a page of Python.
.PHONY: vars
vars: $(INSTALLED)
	@PYTHONPATH=python_models $(BIN)/python -m customer_value.read_vars

build: $(INSTALLED) vars ## Build the warehouse: from the sample, or from the order lines that ORDER_LINES names
	@mkdir -p "$(dir $(WAREHOUSE))"
	$(DBT) build --exclude-resource-type unit_test --vars "$$VARS"
	@PYTHONPATH=python_models $(BIN)/python -m customer_value.show_queries "$(WAREHOUSE)" build_summary
	@printf '%s\n' \
		'All of it is in $(WAREHOUSE), a DuckDB file. To look further:' \
		'  source $(BIN)/activate' \
		'  python -c "import duckdb; duckdb.connect('"'$(WAREHOUSE)'"', read_only=True).sql('"'from customers'"').show()"' \
		'  WAREHOUSE=$(WAREHOUSE) make docs    # every model and column, explained'

score: $(INSTALLED) vars ## Score new orders with the fits of a build with refit: month, and fit nothing
	vars=$$(PYTHONPATH=python_models $(BIN)/python -m customer_value.read_vars refit never) && \
		$(DBT) build --exclude-resource-type unit_test --vars "$$vars"
	@PYTHONPATH=python_models $(BIN)/python -m customer_value.show_queries "$(WAREHOUSE)" build_summary

check: $(INSTALLED) vars ## Read and judge the files of order lines that ORDER_LINES names, and touch no warehouse
	@rm -rf target/check && mkdir -p target/check
	@echo 'Reading the order lines ...'
	@WAREHOUSE=target/check/warehouse.duckdb $(DBT) --quiet build --select +data_quality --exclude-resource-type test --exclude-resource-type unit_test --vars "$$VARS"
	@PYTHONPATH=python_models $(BIN)/python -m customer_value.show_queries target/check/warehouse.duckdb input_check

lint: $(DEV_INSTALLED) ## Check style, names, descriptions, tests and contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/yamllint --strict .
	@! grep -rnE '^.{101,}' --include='*.sql' models macros tests analyses || { echo 'SQL has at most 100 columns.'; exit 1; }
	@rm -rf target/lint
	$(DBT) --quiet compile --target lint --target-path target/lint
	$(BIN)/dbt-bouncer run
	$(BIN)/python tests/lint/portability.py target/lint/compiled
	$(BIN)/sqlfluff lint --disable-progress-bar models tests analyses

test: lint ## Lint, then run all tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# Spark's own words where there is no Java are a page of Python.
.PHONY: java
java:
	@version=$$("$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p'); \
	test "$${version:-0}" -ge 17 || { \
		echo "Apache Spark needs Java 17 or 21, and this is $${version:+Java }$${version:-none}: install one (such as the" \
			"package openjdk-17-jre-headless), and put it on the PATH or name its folder in JAVA_HOME."; exit 1; }

install-spark: java $(SPARK_INSTALLED) ## Install dbt with Apache Spark into .venv-spark; it needs Java 17 or 21
	@printf '%s\n' 'Now:' '  source $(SPARK_BIN)/activate' '  dbt build --target spark_local' \
		'  dbt show --target spark_local --limit 50 --inline "select * from {{ ref('"'data_quality'"') }}"'

test-spark: java $(SPARK_INSTALLED) ## Build the same on DuckDB and on Apache Spark, and compare every row
	$(SPARK_BIN)/python -m pytest --numprocesses 2 --dist loadgroup tests/python/test_spark.py

test-cluster: java $(SPARK_INSTALLED) ## Build Online Retail on a Spark cluster of two workers, and kill one (not in CI)
	$(SPARK_BIN)/python -m pytest -s tests/cluster

torture: $(DEV_INSTALLED) ## Kill builds, fill disks and refresh daily, and check what is left: hours (not in CI)
	PYTHONPATH=python_models:tests/python $(BIN)/python tests/torture/torture.py $(TORTURE)

bench: $(DEV_INSTALLED) ## Time the build beside the notebook route and DuckDB alone, on large inputs (not in CI)
	PYTHONPATH=python_models $(BIN)/python tests/benchmarks/bench.py $(BENCH)

docs: $(INSTALLED) ## Write the documentation site to target/static_index.html, from the warehouse as built
	@test -f "$(WAREHOUSE)" || { echo 'There is no $(WAREHOUSE) yet: make build'; exit 1; }
	$(DBT) docs generate --static
	@echo 'Open target/static_index.html in a browser.'

sample: $(INSTALLED) ## Make the sample again, byte for byte
	PYTHONPATH=python_models $(BIN)/python -m customer_value.simulation --output seeds/sample/sample_order_lines.csv \
		--contacts seeds/sample/sample_customer_contacts.csv

clean: ## Remove what was generated, but not the environment
	rm -rf target logs warehouse.duckdb warehouse.duckdb.wal spark_warehouse metastore_db derby.log .pytest_cache .ruff_cache .hypothesis
