"""A real cluster: a master and two workers on loopback build Online Retail II.

`make test-cluster` runs this, and nothing else does: it takes about ten minutes. One worker, and
then the driver, is killed in the middle of a build; the tables must be DuckDB's all the same, if
not at the end of that build then after another.
"""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pyspark
import pytest
from conftest import run_build, run_dbt
from engines import VIEWS_DIFFER, differences

# The fixtures of the other tests.
pytest_plugins = ["conftest"]

HOST = "127.0.0.1"
PORT = 17077


class Cluster:
    """A standalone Spark cluster of processes that this test started."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.address = f"spark://{HOST}:{PORT}"
        self.processes = {}
        self.start("master", "master.Master", "--host", HOST, "--port", str(PORT))
        for name in ("worker_1", "worker_2"):
            self.start_worker(name)

    def start(self, name: str, class_name: str, *arguments: str) -> None:
        home = Path(pyspark.__file__).parent
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{class_name}"]
        log = (self.folder / f"{name}.log").open("a")
        # A group of its own: a worker is killed together with its executors.
        self.processes[name] = subprocess.Popen(
            [*command, *arguments, "--webui-port", "0"],
            env=os.environ | {"SPARK_LOCAL_IP": HOST, "SPARK_HOME": str(home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def start_worker(self, name: str) -> None:
        resources = ("--cores", "1", "--memory", "2g", "--work-dir", str(self.folder / name))
        self.start(name, "worker.Worker", "--host", HOST, *resources, self.address)

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def wait_until_ready(self) -> None:
        master_log = self.folder / "master.log"
        for _ in range(60):
            if master_log.read_text().count("Registering worker") >= 2:
                return
            time.sleep(1)
        raise TimeoutError(f"No two workers after a minute: {master_log.read_text()}")


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Two workers of one core and 2 GiB, for builds in the folder `spark` of the test."""
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, PORT)) != 0, f"something listens on port {PORT} already"
    warehouse = tmp_path / "spark" / "spark"
    settings = {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.executor.memory": "1500m",
        "spark.sql.shuffle.partitions": "8",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.hadoop.javax.jdo.option.ConnectionURL":
            f"jdbc:derby:;databaseName={tmp_path / 'metastore'};create=true",
        "spark.driver.extraJavaOptions": "-Dderby.stream.error.file=/dev/null",
    }  # fmt: skip
    started = Cluster(tmp_path)
    try:
        started.wait_until_ready()
        submit = [f"--master {started.address} --driver-memory 2g"]
        submit += [f"--conf '{name}={value}'" for name, value in settings.items()]
        monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", " ".join([*submit, "pyspark-shell"]))
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory, reference_data):
    return timed("DuckDB", tmp_path_factory.mktemp("duckdb"), reference_data, "duckdb")


def timed(what: str, folder: Path, reference_data: Path, target: str):
    """Build Online Retail II, and say how long it took."""
    started_at = time.monotonic()
    built = run_build(folder, reference_data / "online_retail_ii.csv.gz", target=target)
    succeeded = "succeeded" if built.succeeded else "failed"
    print(f"\n{what}: {succeeded} after {time.monotonic() - started_at:.0f} s")
    return built


def assert_equal(warehouse: Path, spark_warehouse: Path) -> None:
    """Of a million lines a few doubles differ by 2e-9: sums rounded on either side of a half."""
    assert differences(warehouse, spark_warehouse, tolerance=1e-8) == VIEWS_DIFFER


def when(is_time, act) -> threading.Thread:
    """Acts once, as soon as it is time, while the test goes on."""

    def watch():
        while not is_time():
            time.sleep(0.1)
        act()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_the_cluster_builds_what_duckdb_builds(cluster, on_duckdb, reference_data, tmp_path):
    built = timed("Two workers", tmp_path / "spark", reference_data, "spark")

    assert built.succeeded, built.output
    assert_equal(on_duckdb.folder / "warehouse.duckdb", tmp_path / "spark" / "spark")


@pytest.mark.parametrize("model_count", [1, 4, 12])
def test_a_worker_killed_in_mid_build_changes_nothing(
    cluster, on_duckdb, reference_data, tmp_path, model_count
):
    folder = tmp_path / "spark"
    log = folder / "logs" / "dbt.log"

    def is_in_the_next_model():
        return log.exists() and log.read_text().count("OK created") >= model_count

    def kill_a_worker():
        time.sleep(2)
        cluster.kill("worker_2")

    watcher = when(is_in_the_next_model, kill_a_worker)
    built = timed(f"A worker killed after {model_count} models", folder, reference_data, "spark")
    watcher.join(timeout=1)
    assert "worker_2" not in cluster.processes

    if not built.succeeded:
        built = timed("The rerun, on one worker", folder, reference_data, "spark")
    assert built.succeeded, built.output
    assert_equal(on_duckdb.folder / "warehouse.duckdb", tmp_path / "spark" / "spark")


def test_another_build_repairs_what_a_killed_driver_left(
    cluster, on_duckdb, reference_data, tmp_path
):
    folder = tmp_path / "spark"
    written = folder / "spark" / "customer_value.db" / "stg_order_lines" / "_temporary"

    def kill_the_driver():
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                command = path.read_text()
                if "deploy.SparkSubmit" in command and str(tmp_path) in command:
                    os.kill(int(path.parent.name), signal.SIGKILL)

    watcher = when(written.exists, kill_the_driver)
    built = timed("The driver killed while it wrote", folder, reference_data, "spark")
    watcher.join(timeout=1)
    assert not built.succeeded
    assert written.exists()

    cleared = run_dbt(folder, "run-operation", "remove_leftovers", target="spark")
    assert cleared.succeeded, cleared.output
    built = timed("The build after it", folder, reference_data, "spark")
    assert built.succeeded, built.output
    assert_equal(on_duckdb.folder / "warehouse.duckdb", tmp_path / "spark" / "spark")
