"""Builds for tests: each in a warehouse of its own, by the same command that users give."""

import atexit
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import duckdb
import pytest
import yaml

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "seeds" / "sample" / "sample_order_lines.csv"
SAMPLE_CONTACTS = PROJECT / "seeds" / "sample" / "sample_customer_contacts.csv"
# The same draws in each run, where a shop's own lines get a secret salt; and all tables made anew,
# since some tests change tables by hand (test_unchanged.py has what is kept).
VARIABLES = {"campaign_salt": "customer_value", "keep_unchanged": False}
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
    environment: Mapping[str, str] | None = None,
    log_level: str = "none",
    is_parsed_once: bool | None = None,
) -> Build:
    """Run a dbt command with the warehouse and all that dbt writes in the folder.

    It runs in the folder, where every warehouse has the same path, so that dbt need not parse again
    what another run has parsed. `is_parsed_once`: whether commands share what was parsed at the
    first of them, as those of the project itself do; a copy may change in between.
    """
    write_profiles(folder, project, duckdb_threads)
    if is_parsed_once is None:
        is_parsed_once = project == PROJECT and "--no-partial-parse" not in arguments
    of_project = ["--project-dir", str(project), "--target", target]
    # What dbt has to say is in the output; a log of each step takes a tenth of the time.
    command = ["--no-use-colors", "--log-level-file", log_level, *arguments, *of_project]
    variables = yaml.safe_dump(VARIABLES | (variables or {}))
    command += ["--profiles-dir", str(folder), "--vars", variables]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    environment = {
        **os.environ,
        **{"CUSTOMER_ALIASES": "", "CUSTOMER_CONTACTS": str(customer_contacts)},
        **{"ORDER_LINES": str(order_lines), "WAREHOUSE": "warehouse.duckdb"},
        **{"SPARK_WAREHOUSE": str(folder / "spark"), "DO_NOT_TRACK": "1"},
        **(environment or {}),
    }
    if not is_parsed_once:
        take_parsed(folder, target)
    exit_code, output = DbtServer.of(target).run(
        folder, command, environment, of_project if is_parsed_once else None
    )
    return Build(folder, output, exit_code == 0)


def write_profiles(folder: Path, project: Path, duckdb_threads: int | None = None) -> None:
    profiles = yaml.safe_load((PROJECT / "profiles.yml").read_text())
    output = profiles["customer_value"]["outputs"]["duckdb"]
    output["module_paths"] = [str(project / "python_models")]
    if duckdb_threads:
        output["settings"]["threads"] = duckdb_threads
    folder.mkdir(exist_ok=True)
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))


class DbtServer:
    """A process that runs dbt commands of a target in forks of its own (dbt_server.py)."""

    servers: ClassVar[dict[str, "DbtServer"]] = {}

    def __init__(self, target: str):
        self.folder = Path(tempfile.mkdtemp(prefix="dbt_server_"))
        self.target = target
        environment = os.environ | {"ORDER_LINES": "", "WAREHOUSE": "warehouse.duckdb"}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("dbt_server.py"))],
            cwd=self.folder,
            env=environment | {"DO_NOT_TRACK": "1", "SPARK_WAREHOUSE": str(self.folder / "spark")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # No answer is read before it is asked for, so that one that is there can be seen.
            bufsize=0,
        )
        self.running: RunningDbt | None = None
        atexit.register(self.stop)

    @classmethod
    def of(cls, target: str) -> "DbtServer":
        if target not in cls.servers:
            cls.servers[target] = cls(target)
        return cls.servers[target]

    def run(
        self,
        folder: Path,
        arguments: list[str],
        environment: Mapping[str, str],
        of_project: list[str] | None,
    ) -> tuple[int, str]:
        """The exit code and the output of a command."""
        output = folder / "output.txt"
        running = self.start(folder, arguments, environment, of_project, output)
        return running.wait(), output.read_text()

    def start(
        self,
        folder: Path,
        arguments: list[str],
        environment: Mapping[str, str],
        of_project: list[str] | None,
        output: Path,
    ) -> "RunningDbt":
        """Start a command when the one before has ended: a server runs one at a time."""
        if of_project:
            write_profiles(self.folder, Path(of_project[1]))
            take_parsed(self.folder, self.target)
        request = {
            "arguments": arguments,
            "folder": str(folder),
            "environment": dict(environment),
            "output": str(output),
            "parse": of_project
            and [
                *of_project,
                *("--profiles-dir", str(self.folder), "--log-path", str(self.folder / "logs")),
                *("--target-path", str(self.folder / "target"), "--vars", json.dumps(VARIABLES)),
            ],
        }
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.running = RunningDbt(self)
        if of_project:
            leave_parsed(self.folder, self.target)
        return self.running

    def answer(self) -> int:
        answer = self.process.stdout.readline()
        assert answer, "The server of dbt has ended: see its output above."
        return int(answer)

    def stop(self) -> None:
        if self.running:
            self.running.kill()
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class RunningDbt:
    """A command that a server of dbt has started."""

    def __init__(self, server: DbtServer):
        self.server = server
        self.pid = server.answer()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None as long as the command runs."""
        if self.returncode is None and select.select([self.server.process.stdout], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = self.server.answer()
        return self.returncode

    def kill(self) -> None:
        """Kill it with all that it has started, if it still runs."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


def parsed_paths(folder: Path, target: str) -> tuple[Path, Path]:
    """What dbt parsed of the project: in a folder of its own, and shared in the test session.

    dbt itself sees whether it still holds: in a copy with changes it parses again what has changed.
    """
    shared = Path(os.environ["PARSED_PROJECTS"]) / f"{target}.msgpack"
    return folder / "target" / "partial_parse.msgpack", shared


def take_parsed(folder: Path, target: str) -> None:
    own, shared = parsed_paths(folder, target)
    if shared.exists() and not own.exists():
        own.parent.mkdir(exist_ok=True)
        shutil.copyfile(shared, own)


def leave_parsed(folder: Path, target: str) -> None:
    own, shared = parsed_paths(folder, target)
    if own.exists() and not shared.exists():
        part = shared.with_suffix(f".{os.getpid()}")
        shutil.copyfile(own, part)
        part.replace(shared)


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
    folder = session_folder / "parsed"
    folder.mkdir(exist_ok=True)
    os.environ["PARSED_PROJECTS"] = str(folder)


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
