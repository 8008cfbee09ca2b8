"""Builds for tests: each in a warehouse of its own, by the same command that users give."""

import fcntl
import hashlib
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
SAMPLE = PROJECT / "seeds" / "sample" / "sample_order_lines.csv"
SAMPLE_CONTACTS = PROJECT / "seeds" / "sample" / "sample_customer_contacts.csv"
HEADERS = [
    *("Invoice", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "Price", "Customer ID", "Country"),
]


class Build:
    """A finished `dbt build`: its output, and the warehouse it wrote."""

    def __init__(self, folder: Path, output: str, succeeded: bool):
        self.folder = folder
        self.output = output
        self.succeeded = succeeded

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str):
        [[value]] = self.query(sql)
        return value

    def tables(self) -> list[str]:
        return [name for (name,) in self.query("select table_name from duckdb_tables() order by 1")]

    def digests(self, tables: Sequence[str] | None = None) -> dict[str, str]:
        """A hash of the rows of each table, or of some tables, whatever their order.

        The columns that name the file of the input are left out.
        """
        return {
            table: self.value(
                f"select md5(coalesce(string_agg(line, chr(10) order by line), '')) from ("
                f"select cast(lines as varchar) as line from (select columns(lambda name: "
                f"name not in ('source_file', 'example')) from {table}) as lines)"
            )
            for table in tables or self.tables()
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
    environment: dict[str, str] | None = None,
) -> Build:
    """Run a dbt command with the warehouse and all that dbt writes in the folder.

    It runs in the folder, where every warehouse has the same path: so dbt may take what another run
    has parsed with the same variables (`Parsed`), which is most of what a small build takes.
    """
    profiles = yaml.safe_load((PROJECT / "profiles.yml").read_text())
    output = profiles["customer_value"]["outputs"]["duckdb"]
    output["module_paths"] = [str(project / "python_models")]
    if duckdb_threads:
        output["settings"]["threads"] = duckdb_threads
    folder.mkdir(exist_ok=True)
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors"]
    # What dbt has to say is in the output; a log of each step takes a tenth of the time.
    command += ["--log-level-file", "none", *arguments]
    command += ["--project-dir", str(project), "--profiles-dir", str(folder), "--target", target]
    # The same draws in each run, where a shop's own lines get a secret salt.
    variables = {"campaign_salt": "customer_value"} | (variables or {})
    command += ["--vars", json.dumps(variables)]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    environment = (
        os.environ
        | (environment or {})
        | {
            "ORDER_LINES": str(order_lines),
            "CUSTOMER_CONTACTS": str(customer_contacts),
            "WAREHOUSE": "warehouse.duckdb",
            "SPARK_WAREHOUSE": str(folder / "spark"),
            "DO_NOT_TRACK": "1",
        }
    )
    parsed = Parsed(folder, target, variables)
    parsed.take()
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if project == PROJECT:
        parsed.leave()
    return Build(folder, finished.stdout + finished.stderr, finished.returncode == 0)


class Parsed:
    """What dbt parsed of the project, left by one run in a test session for the next.

    dbt itself sees whether it still holds: in a copy with changes it parses again what has changed.
    """

    session_folder: Path | None = None

    def __init__(self, folder: Path, *what_it_depends_on):
        self.own = folder / "target" / "partial_parse.msgpack"
        name = hashlib.md5(repr(what_it_depends_on).encode()).hexdigest()
        self.shared = self.session_folder and self.session_folder / name

    def take(self) -> None:
        if self.shared and self.shared.exists() and not self.own.exists():
            self.own.parent.mkdir(exist_ok=True)
            shutil.copyfile(self.shared, self.own)

    def leave(self) -> None:
        if self.shared and self.own.exists() and not self.shared.exists():
            part = self.shared.with_suffix(f".{os.getpid()}")
            shutil.copyfile(self.own, part)
            part.replace(self.shared)


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
    command = ["--no-write-json", "build", *left_out, *arguments]
    return run_dbt(folder, *command, order_lines=order_lines, **options)


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

    def build_lines(
        order_lines: Path | list[tuple], *arguments: str, name="build", **options
    ) -> Build:
        if isinstance(order_lines, list):
            rows, order_lines = order_lines, tmp_path / f"{name}.csv"
            write_lines(order_lines, rows)
        built = run_build(tmp_path / name, order_lines, *arguments, **options)
        assert built.succeeded, built.output
        return built

    return build_lines


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory) -> Path:
    """One folder for all processes of a test session."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def parsed(session_folder) -> None:
    Parsed.session_folder = session_folder / "parsed"
    Parsed.session_folder.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def sample_build(session_folder, parsed) -> Build:
    """The sample, built without its tests (test_project.py), by the first process that asks.

    Even a warning fails.
    """
    with (session_folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = session_folder / "sample.json"
        if not told.exists():
            built = run_build(session_folder / "sample", SAMPLE, "--warn-error")
            told.write_text(json.dumps([built.output, built.succeeded]))
    built = Build(session_folder / "sample", *json.loads(told.read_text()))
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
