# make build, make test: the two commands of README.md. Each makes what it needs.
PYTHON ?= python3
# Variables for the build, as JSON or YAML: make build VARS='{as_of_date: 2011-12-10}'
VARS ?= {}

BIN := .venv/bin
INSTALLED := .venv/installed
WAREHOUSE ?= warehouse.duckdb
DBT := $(BIN)/dbt

export WAREHOUSE
export DO_NOT_TRACK := 1
# Relative paths in profiles.yml are relative to this folder.
export DBT_PROFILES_DIR := .

.PHONY: help build test lint docs sample clean

help: ## Show what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

build: $(INSTALLED) ## Build the warehouse: from the sample, or from the order lines that ORDER_LINES names
	@mkdir -p "$(dir $(WAREHOUSE))"
	$(DBT) build --vars '$(VARS)'
	@$(DBT) --quiet show --vars '$(VARS)' --limit 20 --inline "select label, customer_count, round(100 * customer_share, 1) as customer_pct, round(net_revenue, 0) as net_revenue, round(100 * revenue_share, 1) as revenue_pct, round(average_order_value, 2) as average_order from {{ ref('revenue_by_segment') }} where is_current order by priority"
	@printf '%s\n' \
		'' \
		'The result is in $(WAREHOUSE), a DuckDB file. To look at it:' \
		'  source $(BIN)/activate' \
		'  WAREHOUSE=$(WAREHOUSE) dbt show --inline "select * from data_quality" --limit 50' \
		'  python -c "import duckdb; duckdb.connect('"'$(WAREHOUSE)'"', read_only=True).sql('"'from customers'"').show()"' \
		'  make docs    # every model and column, explained'

lint: $(INSTALLED) ## Check style, names, descriptions, tests and contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/yamllint --strict .
	@! grep -rnE '^.{101,}' --include='*.sql' models macros tests analyses || { echo 'SQL has at most 100 columns.'; exit 1; }
	$(DBT) --quiet parse
	$(BIN)/dbt-bouncer run
	$(BIN)/sqlfluff lint --disable-progress-bar models tests analyses

test: lint ## Lint, then run all tests
	$(BIN)/python -m pytest --numprocesses auto

docs: $(INSTALLED) ## Write the documentation site to target/static_index.html, from the warehouse as built
	$(DBT) docs generate --static
	@echo 'Open target/static_index.html in a browser.'

sample: $(INSTALLED) ## Make the sample again, byte for byte
	PYTHONPATH=python_models $(BIN)/python -m customer_value.simulation --output seeds/sample_order_lines.csv

clean: ## Remove what was generated, but not the environment
	rm -rf target logs warehouse.duckdb warehouse.duckdb.wal .pytest_cache .ruff_cache .hypothesis
