"""Times the build beside what it is compared with, in one run (make bench).

Of each input: the floor (DuckDB reads the lines and adds them up), the notebook route (pandas,
lifetimes, scikit-learn), and builds of this project. Times depend on the machine and on what else
it does, so what to quote are ratios of one run. Results are in target/benchmarks: results.json and
chart.png.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

PROJECT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TARGET = PROJECT / "target" / "benchmarks"
WAREHOUSE = TARGET / "warehouse.duckdb"
BIN = Path(sys.executable).parent
SIMULATED = {"sim_10k": 10_000, "sim_100k": 100_000, "sim_1m": 1_000_000}
# Copies of Online Retail II, each with customers and orders of its own.
REPEATED = {"or2": 1, "or2_20": 20}
CASES = (*SIMULATED, *REPEATED)
MODELS = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
WITH_TESTS = ("--exclude-resource-type", "unit_test")
SEGMENTS = ("--select", "+customer_segment_history", *MODELS)


@dataclass
class Run:
    """A process that was measured."""

    case: str
    work: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    succeeded: bool
    # Of a build: seconds of each node, and the largest memory of the process while it ran.
    nodes: dict[str, dict[str, float]] = field(default_factory=dict)


class Peaks(threading.Thread):
    """Reads how much memory a process holds, twenty times a second (Linux only)."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.status = Path(f"/proc/{pid}/status")
        self.samples: list[tuple[float, float]] = []
        self.has_ended = threading.Event()

    def run(self) -> None:
        while not self.has_ended.wait(0.05):
            try:
                [line] = [line for line in self.status.read_text().splitlines() if "VmRSS" in line]
            except (OSError, ValueError):
                continue
            self.samples.append((time.time(), int(line.split()[1]) / 1024))

    def between(self, start: float, end: float) -> float:
        return max((size for at, size in self.samples if start <= at <= end), default=0.0)


def measure(case: str, work: str, *command: str, environment: dict | None = None) -> Run:
    """Run a command to its end, and measure the whole process."""
    log = TARGET / "logs" / f"{case}-{work.replace(' ', '_')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=os.environ | (environment or {}), stdout=file, stderr=file
        )
        peaks = Peaks(process.pid)
        peaks.start()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    peaks.has_ended.set()
    run = Run(
        case,
        work,
        round(time.perf_counter() - start, 2),
        round(usage.ru_utime + usage.ru_stime, 2),
        round(usage.ru_maxrss / 1024, 1),
        process.returncode == 0,
    )
    if work.startswith("build"):
        results = json.loads((TARGET / "dbt" / "run_results.json").read_text())["results"]
        for result in results:
            times = {step["name"]: step for step in result["timing"]}.get("execute")
            if times and times["completed_at"]:
                start_time, end_time = (
                    datetime.fromisoformat(times[name].replace("Z", "+00:00")).timestamp()
                    for name in ("started_at", "completed_at")
                )
                run.nodes[result["unique_id"].split(".", 2)[-1]] = {
                    "seconds": round(result["execution_time"], 2),
                    "peak_mb": round(peaks.between(start_time, end_time), 1),
                }
    print(
        f"{case:9} {work:28} {run.seconds:8.1f} s  {run.cpu_seconds:8.1f} s CPU "
        f"{run.peak_mb:8.0f} MB{'' if run.succeeded else '  FAILED: ' + str(log)}",
        flush=True,
    )
    return run


def dbt(case: str, work: str, lines: Path | str, command: str, *arguments: str) -> Run:
    """Measure dbt, on these lines and with the one warehouse of the benchmarks."""
    return measure(
        case,
        work,
        *(str(BIN / "dbt"), "--no-use-colors", "--log-level-file", "none"),
        *(command, *arguments, "--target-path", str(TARGET / "dbt")),
        environment={
            "ORDER_LINES": str(lines),
            "WAREHOUSE": str(WAREHOUSE),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DO_NOT_TRACK": "1",
        },
    )


def write_lines(case: str) -> Path | None:
    """Write the lines of a case as CSV files: all, those before the last day, and the last day."""
    folder = TARGET / "lines" / case
    whole = folder / "all.csv"
    if (folder / "complete").exists():
        return whole
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if case in SIMULATED:
        subprocess.run(
            [
                *(sys.executable, "-m", "customer_value.simulation", "--output", str(whole)),
                *("--customers", str(SIMULATED[case])),
            ],
            env=os.environ | {"PYTHONPATH": str(PROJECT / "python_models")},
            check=True,
        )
    else:
        path = PROJECT / os.environ.get("REFERENCE_DATA", "") / "online_retail_ii.csv.gz"
        if not os.environ.get("REFERENCE_DATA") or not path.exists():
            print(f"{case:9} is left out: REFERENCE_DATA names no folder with {path.name}.")
            return None
        copies = [
            f"""select regexp_replace("Invoice", '([0-9]+)', '\\1{copy:02}') as "Invoice",
            * exclude ("Invoice", "Customer ID"),
            split_part("Customer ID", '.', 1) || '{copy:02}' as "Customer ID"
            from read_csv('{path}', all_varchar = true)"""
            for copy in range(REPEATED[case])
        ]
        duckdb.execute(f"copy ({' union all '.join(copies)}) to '{whole}' (header)")
    day = """(select left(max("InvoiceDate"), 10) from lines)"""
    duckdb.execute(f"create or replace view lines as from read_csv('{whole}', all_varchar = true)")
    (folder / "daily").mkdir()
    for name, test in [("1_before", "<"), ("2_last_day", ">=")]:
        duckdb.execute(
            f"""copy (from lines where "InvoiceDate" {test} {day})
            to '{folder}/daily/{name}.csv' (header)"""
        )
    (folder / "complete").touch()
    return whole


def measure_case(case: str) -> list[Run]:
    """Measure all works of a case; of each build, the warehouse is that of the one before."""
    lines = write_lines(case)
    if lines is None:
        return []
    runs = [
        measure(case, name, sys.executable, str(HERE / f"{name}.py"), str(lines))
        for name in ("floor", "notebook_route")
    ]
    daily = lines.parent / "daily"
    for works in [
        [("segments only", lines, SEGMENTS)],
        [
            ("first", lines, MODELS),
            ("unchanged", lines, MODELS),
            ("unchanged, with data tests", lines, WITH_TESTS),
        ],
        [
            ("all but the last day", daily / "1_before.csv", MODELS),
            ("daily", daily / "*.csv", MODELS),
        ],
    ]:
        for path in [WAREHOUSE, WAREHOUSE.with_name(WAREHOUSE.name + ".wal")]:
            path.unlink(missing_ok=True)
        shutil.rmtree(TARGET / "campaign_archive", ignore_errors=True)
        runs += [
            dbt(case, f"build: {work}", path, "build", *arguments)
            for work, path, arguments in works
        ]
    return runs


def line_counts(cases: list[str]) -> dict[str, int]:
    """Count the lines of each case."""
    query = "select count(*) from read_csv($path, all_varchar = true)"
    return {
        case: duckdb.execute(query, {"path": str(TARGET / "lines" / case / "all.csv")}).fetchone()[
            0
        ]
        for case in cases
    }


def summary(runs: list[Run], counts: dict[str, int]) -> dict:
    """Compute ratios to the notebook route and the floor, and exponents of growth."""
    seconds = {(run.case, run.work): run.seconds for run in runs if run.succeeded}
    ratios = {
        case: {
            work: {
                name: round(value / seconds[case, name], 2)
                for name in ("notebook_route", "floor")
                if (case, name) in seconds
            }
            for (of, work), value in seconds.items()
            if of == case and work.startswith("build")
        }
        for case in counts
    }
    exponents = {}
    for names in (SIMULATED, REPEATED):
        measured = [case for case in names if case in counts]
        for small, large in pairwise(measured):
            growth = math.log(counts[large] / counts[small])
            exponents[f"{small} to {large}"] = {
                work: round(math.log(seconds[large, work] / value) / growth, 2)
                for (case, work), value in seconds.items()
                if case == small and (large, work) in seconds
            }
    return {"lines": counts, "ratios": ratios, "exponents": exponents}


def draw(runs: list[Run], path: Path) -> None:
    """Draw the seconds of each work, on a scale of logarithms."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    cases = list(dict.fromkeys(run.case for run in runs))
    figure, axes = pyplot.subplots(
        len(cases), figsize=(9, 2.4 * len(cases)), squeeze=False, layout="constrained"
    )
    for case, [axis] in zip(cases, axes, strict=True):
        of_case = [run for run in runs if run.case == case and run.succeeded][::-1]
        colors = ["#4c72b0" if run.work.startswith("build") else "#999999" for run in of_case]
        bars = axis.barh(
            [run.work for run in of_case], [run.seconds for run in of_case], color=colors
        )
        axis.bar_label(bars, [f"{run.seconds:.1f} s, {run.peak_mb:.0f} MB" for run in of_case])
        axis.set(title=case, xscale="log", xlabel="seconds")
        axis.margins(x=0.25)
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--cases",
        nargs="+",
        choices=CASES,
        default=[case for case in CASES if case != "sim_1m"],
        help="inputs to measure; sim_1m, of some 15 million lines, only if it is named",
    )
    cases = parser.parse_args().cases
    TARGET.mkdir(parents=True, exist_ok=True)
    # Reading the project is part of dbt's start only where the project has changed.
    dbt("-", "parse", "", "parse")
    runs = [run for case in cases for run in measure_case(case)]
    measured = list(dict.fromkeys(run.case for run in runs))
    found = summary(runs, line_counts(measured))
    (TARGET / "results.json").write_text(
        json.dumps(found | {"runs": [asdict(run) for run in runs]}, indent=1)
    )
    draw(runs, TARGET / "chart.png")
    print(json.dumps(found, indent=1))
    print(f"Written: {TARGET / 'results.json'} and {TARGET / 'chart.png'}")
    sys.exit(0 if all(run.succeeded for run in runs) else 1)


if __name__ == "__main__":
    main()
