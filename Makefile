# make build, make test: the two commands of README.md. Each makes what it needs.
PYTHON ?= python3
# Variables for the build, as JSON or YAML: make build VARS='{as_of_date: 2011-12-10}'
VARS ?= {}

BIN := .venv/bin
INSTALLED := .venv/installed
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

define SUMMARY
import os, duckdb
warehouse = duckdb.connect(os.environ["WAREHOUSE"], read_only=True)
print("\nThe input, by data_quality:")
warehouse.sql("""
    select check_group, check_name, row_count, unit, round(amount, 2) as amount,
        case when is_in_doubt then advice end as look_at_this,
        case when is_in_doubt then example end as example
    from data_quality where row_count > 0 or is_in_doubt order by check_number
""").show(max_width=200, max_rows=60)
print("Revenue by segment, now:")
warehouse.sql("""
    select as_of_date, label, customer_count, round(100 * customer_share, 1) as customer_percent,
        round(net_revenue, 2) as net_revenue, round(100 * revenue_share, 1) as revenue_percent,
        round(net_revenue_365d, 2) as net_revenue_365d, round(average_order_value, 2) as average_order_value
    from revenue_by_segment where is_current order by priority
""").show(max_width=200, max_rows=50)
print("What is to come, by value tier:")
warehouse.sql("""
    select as_of_date, value_tier, customer_count, round(100 * customer_share, 1) as customer_percent,
        round(clv, 2) as clv, round(100 * clv_share, 1) as clv_percent, round(lowest_clv, 2) as from_clv,
        round(100 * mean_churn_risk, 1) as mean_churn_risk_percent
    from value_tiers order by tier_rank
""").show(max_width=200, max_rows=50)
print("Campaigns (campaign_targets has the lists, target/exports the files for tools):")
warehouse.sql("""
    select campaign_plan.campaign_id, campaign_plan.status, campaign_plan.launch_date, campaign_plan.audience_count,
        campaign_plan.treated_count, campaign_plan.control_count, round(campaign_plan.expected_return, 2) as expected_return,
        case when campaign_results.treated_count > 0 then round(campaign_results.incremental_revenue, 2) end
            as incremental_revenue,
        campaign_results.verdict as result
    from campaign_plan
    left join campaign_results
        on campaign_plan.campaign_id = campaign_results.campaign_id and campaign_results.scope = 'campaign'
    order by campaign_plan.launch_date, campaign_plan.campaign_id
""").show(max_width=200, max_rows=50)
endef
export SUMMARY

define CHECK
import os, duckdb
warehouse = duckdb.connect(os.environ["WAREHOUSE"], read_only=True)
print("\nWhat was understood:")
print(warehouse.sql("select example from data_quality where check_name = 'columns_read'").fetchone()[0])
print("\nThe first three lines, typed:")
warehouse.sql("""
    select coalesce(line_kind, rejection_reason) as line_kind, order_id, customer_id, product_id, local_ordered_at,
        quantity, unit_price, line_amount, line_discount, order_discount, refunded_amount, country, currency
    from stg_order_lines order by ordered_at, order_id, order_line_id limit 3
""").show(max_width=200)
print("All lines, and what they are worth:")
warehouse.sql("""
    select check_group, check_name, row_count, round(amount, 2) as amount, example
    from data_quality where check_group in ('all', 'kept', 'rejected') and row_count > 0 and check_name <> 'columns_read'
    order by check_number
""").show(max_width=200, max_rows=60)
doubts = warehouse.sql("""
    select check_name, row_count, unit, round(amount, 2) as amount, example, advice
    from data_quality where is_in_doubt order by check_number
""")
if doubts.fetchone():
    print("To look at before you rely on it:")
    doubts.show(max_width=200, max_rows=60)
else:
    print("Nothing is in doubt. Next: make build, with the same ORDER_LINES and VARS.")
endef
export CHECK

# An environment in the folder $(1), from the lock $(2).
define INSTALL
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test ! -L $(1) || { echo '$(1) is a link: what it leads to would be emptied. Remove the link first.'; exit 1; }
	$(PYTHON) -m venv --clear $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(2)
endef

.PHONY: help build check test lint docs sample clean install-spark test-spark test-cluster

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

$(INSTALLED): requirements.lock
	$(call INSTALL,.venv,requirements.lock)
	@touch $@

# The path file lets dbt find its plugin for Python models on Spark (python_models/dbt_spark_session.py).
$(SPARK_INSTALLED): requirements-spark.lock | java
	$(call INSTALL,.venv-spark,requirements-spark.lock)
	@echo '$(CURDIR)/python_models' > "$$($(SPARK_BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/customer_value.pth"
	@touch $@

build: $(INSTALLED) ## Build the warehouse: from the sample, or from the order lines that ORDER_LINES names
	@mkdir -p "$(dir $(WAREHOUSE))"
	$(DBT) build --vars "$$VARS"
	@$(BIN)/python -c "$$SUMMARY"
	@printf '%s\n' \
		'All of it is in $(WAREHOUSE), a DuckDB file. To look further:' \
		'  source $(BIN)/activate' \
		'  python -c "import duckdb; duckdb.connect('"'$(WAREHOUSE)'"', read_only=True).sql('"'from customers'"').show()"' \
		'  WAREHOUSE=$(WAREHOUSE) make docs    # every model and column, explained'

check: $(INSTALLED) ## Read and judge the files of order lines that ORDER_LINES names, and touch no warehouse
	@rm -rf target/check && mkdir -p target/check
	@echo 'Reading the order lines ...'
	@WAREHOUSE=target/check/warehouse.duckdb $(DBT) --quiet build --select +data_quality --exclude-resource-type test --exclude-resource-type unit_test --vars "$$VARS"
	@WAREHOUSE=target/check/warehouse.duckdb $(BIN)/python -c "$$CHECK"

lint: $(INSTALLED) ## Check style, names, descriptions, tests and contracts
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

docs: $(INSTALLED) ## Write the documentation site to target/static_index.html, from the warehouse as built
	@test -f "$(WAREHOUSE)" || { echo 'There is no $(WAREHOUSE) yet: make build'; exit 1; }
	$(DBT) docs generate --static
	@echo 'Open target/static_index.html in a browser.'

sample: $(INSTALLED) ## Make the sample again, byte for byte
	PYTHONPATH=python_models $(BIN)/python -m customer_value.simulation --output seeds/sample_order_lines.csv \
		--contacts seeds/sample_customer_contacts.csv

clean: ## Remove what was generated, but not the environment
	rm -rf target logs warehouse.duckdb warehouse.duckdb.wal spark_warehouse metastore_db derby.log .pytest_cache .ruff_cache .hypothesis
