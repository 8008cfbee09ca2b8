"""Tables are kept as long as nothing has changed that they are made of."""

import re
from pathlib import Path

import duckdb
import pytest
from conftest import Build, copy_project, line, run_build, write_lines

SELECTED = ("--select", "+orders", "path:models/own")
OWN_MODELS = {
    # What SQL says decides, and not what its comments and texts mention.
    "plain": "-- It's now(), current_date.\nselect 'from ''now()''' as a from {{ ref('orders') }}",
    "after_plain": "select count(*) as n from {{ ref('plain') }}",
    "asks_for_the_time": "select now() as at from {{ ref('orders') }}",
    "asks_for_the_day": "select current_date as day",
    "reads_a_file": "select count(*) as n from read_csv('other.csv')",
    "reads_a_file_by_name": "select count(*) as n from 'other.csv'",
    "reads_a_source": "select count(*) as n from {{ source('other', 'prices') }}",
    "after_the_time": "select count(*) as n from {{ ref('asks_for_the_time') }}",
    "reads_a_table_by_name": "select count(*) as n from prices",
    "changes_itself": "{{ config(post_hook='update {{ this }} set n = 2') }}select 1 as n",
    "reads_itself": """
        select count(*) as n
        {% if load_relation(this) %}from {{ this }}{% endif %}
    """,
}
VOLATILE = set(OWN_MODELS) - {"plain", "after_plain"}
SOURCES = """
sources:
  - name: other
    schema: main
    tables:
      - name: prices
"""


class Shop:
    """A copy of the project, with models of its own, whose builds keep what has not changed."""

    def __init__(self, folder: Path):
        self.folder = folder / "shop"
        self.folder.mkdir()
        self.project = copy_project(folder / "project", {})
        self.own = self.project / "models" / "own"
        self.own.mkdir()
        for name, sql in OWN_MODELS.items():
            (self.own / f"{name}.sql").write_text(sql + "\n")
        (self.own / "sources.yml").write_text(SOURCES)
        (self.folder / "other.csv").write_text("n\n1\n")
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            connection.execute("create table prices as select 1 as price")
        self.lines = folder / "lines.csv"
        self.write(10)

    def write(self, price: int) -> None:
        rows = [line(str(n), f"c{n % 7}", f"2024-01-{n % 28 + 1:02}") for n in range(60)]
        write_lines(self.lines, [*rows, line("last", "c1", "2024-02-01", price=price)])

    def run(self, *arguments: str, **variables) -> Build:
        return run_build(
            self.folder,
            self.lines,
            *SELECTED,
            *arguments,
            project=self.project,
            variables={"keep_unchanged": True} | variables,
        )

    def statuses(self, *arguments: str, **variables) -> dict[str, str]:
        """What a build does with each table: OK or UNCHANGED."""
        built = self.run(*arguments, **variables)
        assert built.succeeded, built.output
        pattern = r"OK created (?:sql|python) table model main\.(\w+) \.+ \[(\w+)"
        return dict(re.findall(pattern, built.output))

    def made_anew(self, *arguments: str, **variables) -> set[str]:
        statuses = self.statuses(*arguments, **variables)
        return {name for name, status in statuses.items() if status != "UNCHANGED"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("unchanged")


@pytest.fixture(scope="module")
def workplace(folder) -> Shop:
    return Shop(folder)


@pytest.fixture
def shop(workplace) -> Shop:
    """As it was built, whatever the test before has changed."""
    workplace.write(10)
    workplace.statuses()
    return workplace


def test_only_what_nobody_can_tell_is_made_anew(shop):
    assert shop.made_anew() == VOLATILE
    # The same lines in a file that was written again are no change.
    shop.write(10)
    assert shop.made_anew() == VOLATILE


def test_another_line_makes_anew_what_follows_from_the_lines_as_a_whole_build_does(shop, tmp_path):
    shop.write(11)

    statuses = shop.statuses()

    made_anew = {name for name, status in statuses.items() if status != "UNCHANGED"}
    assert {"stg_order_lines", "orders", "plain", "after_plain"} <= made_anew
    assert {"stg_customer_aliases", "stg_erased_customers"} <= set(statuses) - made_anew
    tables = sorted(set(statuses) - set(OWN_MODELS))
    whole = run_build(tmp_path / "whole", shop.lines, *SELECTED[:-1])
    assert whole.succeeded, whole.output
    assert whole.digests(tables) == Build(shop.folder, "", True).digests(tables)


def test_vars_seeds_and_code_are_what_tables_are_made_of(shop):
    with_var = shop.made_anew(outlier_iqr_multiple=2)
    assert "orders" in with_var
    assert "stg_order_lines__typed" not in with_var

    shop.statuses()
    rules = shop.project / "seeds" / "product_code_rules.csv"
    text = rules.read_text()
    rules.write_text(text + "NEW,non_merchandise,New\n")
    # A seed counts as it is in the warehouse.
    assert "orders" not in shop.made_anew("--exclude-resource-type", "seed")
    assert "orders" in shop.made_anew()
    rules.write_text(text)

    shop.statuses()
    code = shop.project / "python_models" / "customer_value" / "season.py"
    text = code.read_text()
    code.write_text(text + "\n# Another version.\n")
    statuses = shop.statuses()
    code.write_text(text)
    assert set(statuses.values()) == {"OK"}


def test_a_view_that_is_not_selected_hides_no_change(shop):
    """The list of aliases is read through a view; the ids of the erased are a table."""
    aliases = shop.folder / "aliases.csv"
    aliases.write_text("Customer ID,Belongs To\nc1,c2\n")
    erased = shop.folder / "erased.csv"
    erased.write_text("Customer ID\nc2\n")
    given = {"CUSTOMER_ALIASES": str(aliases), "ERASED_CUSTOMERS": str(erased)}

    def count(*names: str) -> int:
        built = run_build(
            *(shop.folder, shop.lines, "--select", *names),
            project=shop.project,
            variables={"keep_unchanged": True},
            environment=given,
        )
        assert built.succeeded, built.output
        return built.value("select count(*) from stg_erased_customers")

    both = count("base_customer_aliases", "stg_erased_customers")
    aliases.write_text("Customer ID,Belongs To\nc1,c2\nc3,c2\n")
    child_alone = count("stg_erased_customers")
    with duckdb.connect(str(shop.folder / "warehouse.duckdb")) as connection:
        connection.execute("drop table stg_erased_customers")

    assert (both, child_alone) == (2, 3)


def test_headers_types_and_equal_rows_of_a_seed_count(shop):
    seed = shop.project / "seeds" / "own_seed.csv"
    model = shop.own / "after_seed.sql"
    model.write_text("select * from {{ ref('own_seed') }}\n")
    found = []
    for text in ["lo,hi\n1,2\n", "hi,lo\n1,2\n", "lo,hi\na,b\na,b\n", "lo,hi\nc,d\nc,d\n"]:
        seed.write_text(text)
        built = run_build(
            *(shop.folder, shop.lines, "--full-refresh", "--select", "own_seed"),
            project=shop.project,
        )
        assert built.succeeded, built.output
        built = run_build(
            *(shop.folder, shop.lines, "--select", "after_seed"),
            project=shop.project,
            variables={"keep_unchanged": True},
        )
        assert built.succeeded, built.output
        found.append(built.query("select distinct lo::varchar, hi::varchar from after_seed"))
    seed.unlink()
    model.unlink()

    assert found == [[("1", "2")], [("2", "1")], [("a", "b")], [("c", "d")]]


def test_what_is_lost_and_what_is_asked_for_is_made_anew(shop):
    before = Build(shop.folder, "", True).digests(["orders"])
    with duckdb.connect(str(shop.folder / "warehouse.duckdb")) as connection:
        connection.execute("drop table orders")

    assert shop.made_anew() == VOLATILE | {"orders"}
    assert Build(shop.folder, "", True).digests(["orders"]) == before
    assert set(shop.statuses("--full-refresh").values()) == {"OK"}
    assert set(shop.statuses(keep_unchanged=False).values()) == {"OK"}


def test_a_run_that_fails_half_way_is_finished_by_the_next_one(shop):
    shop.write(12)
    plain = shop.own / "plain.sql"
    text = plain.read_text()
    plain.write_text("select error('broken') as a from {{ ref('orders') }}\n")
    failed = shop.run()
    plain.write_text(text)

    assert not failed.succeeded
    made_anew = shop.made_anew()
    assert {"plain", "after_plain"} <= made_anew
    assert "stg_order_lines" not in made_anew
