"""Whole builds for tests: each in a warehouse of its own, by the same command that users give."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "seeds" / "sample_order_lines.csv"
SAMPLE_CONTACTS = PROJECT / "seeds" / "sample_customer_contacts.csv"
HEADERS = [
    *("Invoice", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "Price", "Customer ID", "Country"),
]


class Build:
    """A finished `dbt build`: its output, and the warehouse it wrote."""

    def __init__(self, folder: Path, finished: subprocess.CompletedProcess):
        self.folder = folder
        self.output = finished.stdout + finished.stderr
        self.succeeded = finished.returncode == 0

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str):
        [[value]] = self.query(sql)
        return value

    def tables(self) -> list[str]:
        return [name for (name,) in self.query("select table_name from duckdb_tables() order by 1")]

    def digests(self) -> dict[str, str]:
        """A hash of each table's rows, whatever their order."""
        return {
            table: self.value(
                f"select md5(coalesce(string_agg(line, chr(10) order by line), '')) "
                f"from (select cast({table} as varchar) as line from {table})"
            )
            for table in self.tables()
        }

    def row_counts(self) -> dict[str, int]:
        return {table: self.value(f"select count(*) from {table}") for table in self.tables()}

    def line_count(self, check_name: str) -> int:
        """What data_quality says of a check."""
        return self.value(f"select row_count from data_quality where check_name = '{check_name}'")

    def compiled(self, model: str) -> str:
        """A model's SQL, over tables without a database and schema."""
        [path] = (self.folder / "target" / "compiled").rglob(f"models/**/{model}.sql")
        return path.read_text().replace('"warehouse"."main".', "")


def run_dbt(
    folder: Path,
    *arguments: str,
    order_lines: Path | str = SAMPLE,
    customer_contacts: Path | str = "",
    variables: dict | None = None,
    duckdb_threads: int | None = None,
    project: Path = PROJECT,
    target: str = "duckdb",
) -> Build:
    """Run a dbt command with the warehouse and all that dbt writes in the folder."""
    profiles = yaml.safe_load((PROJECT / "profiles.yml").read_text())
    if duckdb_threads:
        settings = profiles["customer_value"]["outputs"]["duckdb"]["settings"]
        settings["threads"] = duckdb_threads
    folder.mkdir(exist_ok=True)
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments]
    command += [
        "--target",
        target,
        "--profiles-dir",
        str(folder),
        "--vars",
        json.dumps(variables or {}),
    ]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    environment = os.environ | {
        "ORDER_LINES": str(order_lines),
        "CUSTOMER_CONTACTS": str(customer_contacts),
        "WAREHOUSE": str(folder / "warehouse.duckdb"),
        "SPARK_WAREHOUSE": str(folder / "spark"),
        "DO_NOT_TRACK": "1",
    }
    finished = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    return Build(folder, finished)


def run_build(
    folder: Path,
    order_lines: Path | str,
    *arguments: str,
    with_data_tests=False,
    with_unit_tests=False,
    **options,
) -> Build:
    """Run `dbt build` on the order lines.

    Unit tests do not depend on the input: they run once on each engine. Data tests take longer
    than the models, so only builds whose input is odd enough for one to fail run them.
    """
    left_out = []
    if not with_data_tests:
        left_out += ["--exclude-resource-type", "test"]
    if not with_unit_tests:
        left_out += ["--exclude-resource-type", "unit_test"]
    return run_dbt(folder, "build", *left_out, *arguments, order_lines=order_lines, **options)


def copy_project(folder: Path, changed_files: dict[str, str]) -> Path:
    """A copy of the project in which some files hold another text."""
    for name in ["models", "seeds", "macros", "tests", "python_models", "analyses"]:
        shutil.copytree(PROJECT / name, folder / name)
    for name in ["dbt_project.yml", ".dbtignore"]:
        shutil.copy(PROJECT / name, folder)
    for name, text in changed_files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def build(tmp_path) -> Callable[..., Build]:
    """Builds order lines that must build: a file, or rows under the default headers."""

    def build_lines(order_lines: Path | list[tuple], name="build", **options) -> Build:
        if isinstance(order_lines, list):
            rows, order_lines = order_lines, tmp_path / f"{name}.csv"
            write_lines(order_lines, rows)
        built = run_build(tmp_path / name, order_lines, **options)
        assert built.succeeded, built.output
        return built

    return build_lines


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory) -> Build:
    """The sample, built without its tests: `make build` runs those."""
    built = run_build(tmp_path_factory.mktemp("sample"), SAMPLE)
    assert built.succeeded, built.output
    return built


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder with the real order lines; a test that needs it is skipped without."""
    folder = os.environ.get("REFERENCE_DATA")
    if not folder:
        pytest.skip("REFERENCE_DATA is not set: it names the folder with Online Retail (README.md)")
    path = Path(folder)
    return path if path.is_absolute() else PROJECT / path


def write_lines(path: Path, rows: Sequence[Sequence], headers: Sequence[str] = HEADERS) -> None:
    """Rows as a CSV file; None is an empty field."""
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{header}" varchar' for header in headers)
        connection.execute(f"create table lines ({columns})")
        if rows:
            marks = ", ".join("?" * len(headers))
            connection.executemany(f"insert into lines values ({marks})", rows)
        connection.execute(f"copy lines to '{path}' (header)")


def line(order_id, customer_id, ordered_at, quantity=1, price=10, product_id="A") -> tuple:
    """One row under the default headers."""
    return (order_id, product_id, "A thing", quantity, ordered_at, price, customer_id, "Norway")
