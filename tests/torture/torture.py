"""Kills builds, fills disks, lets builds collide, and checks what is left (make torture).

A build starts from a warehouse of an earlier date, in which some campaigns are not launched yet.
After each kill or full disk every table is as before or as after an undisturbed build, every export
agrees with its manifest or is not there, and the next build, without any help, gives the tables,
exports and launches of an undisturbed build. The launches are compared through the warehouse alone:
it is lost, and built again from the archive.

Most builds are forks of a process that has imported dbt and parsed the project
(tests/python/dbt_server.py), which saves most of the time. One kill in ten strikes a whole dbt
command, so that its start is struck too, and what follows that kill are whole commands. Full disks,
collisions and the days of the daily refresh have a process of their own beside the kills.
"""

import argparse
import atexit
import dataclasses
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
from conftest import PROJECT, VARIABLES, DbtServer, RunningDbt, write_profiles

SAMPLE = PROJECT / "seeds" / "sample"
WAREHOUSE = "warehouse.duckdb"
LEDGER = ("campaign_assignments", "campaign_launches")
# Two campaigns of the sample are launched in between.
BEFORE, AFTER = "2024-11-01", "2024-11-10"
CAMPAIGNS = ("--select", "tag:campaigns")
WITHOUT_TESTS = ("--exclude-resource-type", "test")
# Columns that tell of the input's file rather than of its lines.
LEFT_OUT = "'source_file', 'example'"


class Fault(Exception):
    """What must not be: its text says what was found."""


@dataclasses.dataclass(frozen=True)
class State:
    """Tables by name, exports by name, each with a digest; None where it is not there."""

    tables: dict[str, str]
    exports: dict[str, str]


class WholeDbt(subprocess.Popen):
    """A dbt command from its start on, as users give it."""

    def __init__(self, arguments: list[str], folder: Path, environment: dict, output: Path):
        with output.open("w") as file:
            super().__init__(
                [str(Path(sys.executable).parent / "dbt"), *arguments],
                cwd=folder,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)


class Shop:
    """A folder with a warehouse, its archive, and all that dbt writes."""

    def __init__(self, folder: Path, order_lines: Path, contacts: Path | str):
        self.folder = folder
        # Not on the shop's disk, which may be full.
        self.output = folder.with_name(f"{folder.name}_output.txt")
        folder.mkdir(parents=True, exist_ok=True)
        write_profiles(folder, PROJECT)
        # The same path in each folder, so that dbt need not parse the project again.
        self.environment = os.environ | {
            "ORDER_LINES": str(order_lines),
            "CUSTOMER_CONTACTS": str(contacts),
            "WAREHOUSE": WAREHOUSE,
            "DO_NOT_TRACK": "1",
        }

    def start(
        self,
        as_of_date: str | None,
        *arguments: str,
        is_whole_command: bool = False,
        output: Path | None = None,
    ) -> "RunningDbt | WholeDbt":
        """Start a build in a process group of its own, whose output goes to a file."""
        # As the tests have it, so that what they have parsed serves here too.
        variables = VARIABLES | {"keep_unchanged": True}
        if as_of_date:
            variables["as_of_date"] = as_of_date
        of_project = ["--project-dir", str(PROJECT), "--target", "duckdb"]
        command = [
            *("--no-use-colors", "--log-level-file", "none", "--no-write-json"),
            *("build", "--exclude-resource-type", "unit_test"),
            *arguments,
            *of_project,
            *("--profiles-dir", str(self.folder), "--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs"), "--vars", json.dumps(variables)),
        ]
        output = output or self.output
        if is_whole_command:
            return WholeDbt(command, self.folder, self.environment, output)
        return DbtServer.of("duckdb").start(
            self.folder, command, self.environment, of_project, output
        )

    def build(
        self, as_of_date: str | None, *arguments: str, is_whole_command: bool = False
    ) -> float:
        """A build that must succeed. Returns its seconds."""
        process = self.start(as_of_date, *arguments, is_whole_command=is_whole_command)
        # Without what the server needed to parse the project.
        begin = time.monotonic()
        if process.wait():
            raise Fault("The build did not succeed:\n" + self.output.read_text()[-3000:])
        return time.monotonic() - begin

    def connect(self, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.folder / WAREHOUSE), read_only=read_only)

    def query(self, sql: str) -> list[tuple]:
        with self.connect(read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def state(self) -> State:
        """Read every row of every table, and every export. A torn one is a fault."""
        tables = {}
        if (self.folder / WAREHOUSE).exists():
            # As dbt opens it, so that the log of a killed process is applied.
            with self.connect() as connection:
                names = connection.execute("select table_name from duckdb_tables()").fetchall()
                for (name,) in names:
                    tables[name] = str(
                        connection.execute(
                            "select count(*), sum(cast(hash(part) as hugeint)) from (select "
                            f'columns(column_name -> column_name not in ({LEFT_OUT})) from "{name}"'
                            ") as part"
                        ).fetchone()
                    )
        return State(tables, self.exports())

    def exports(self) -> dict[str, str]:
        """Digests of the files that an uploader would take. Each must agree with the manifest."""
        folder = self.folder / "target" / "exports"
        files = sorted(folder.rglob("*.csv"))
        manifest_path = folder / "manifest.json"
        manifest = json.loads(manifest_path.read_text()) if manifest_path.exists() else {}
        found = {}
        for path in files:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            entry = manifest.get("files", {}).get(path.name)
            if not entry or entry["sha256"] != digest:
                raise Fault(f"The export {path.name} does not agree with the manifest.")
            found[path.name] = digest
        return found

    def save(self, to: Path) -> None:
        """Keep warehouse, archive and exports."""
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir(parents=True)
        for path in self.own_files():
            target = to / path.relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, target)

    def load(self, start: Path) -> None:
        """Warehouse, archive and exports as they were kept, and nothing else of them."""
        for path in self.own_files():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(start, self.folder, dirs_exist_ok=True)

    def own_files(self) -> list[Path]:
        stem = WAREHOUSE.partition(".")[0]
        found = [*self.folder.glob(f"{stem}*"), self.folder / "target" / "exports"]
        return [path for path in found if path.exists()]

    def lose_the_ledger(self) -> None:
        with self.connect() as connection:
            for name in LEDGER:
                connection.execute(f"drop table if exists {name}")

    def lose_the_archive(self) -> None:
        shutil.rmtree(self.folder / f"{WAREHOUSE.partition('.')[0]}_campaigns")


def differences(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    return sorted(
        name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)
    )


class Torture:
    """Builds that are disturbed, from one of two starts, and what they leave behind."""

    def __init__(self, folder: Path, stream: random.Random):
        self.folder = folder
        self.stream = stream
        self.counts: Counter = Counter()
        self.faults: list[str] = []
        contacts = SAMPLE / "sample_customer_contacts.csv"
        self.inputs = (SAMPLE / "sample_order_lines.csv", contacts)
        self.shop = Shop(folder / "shop", *self.inputs)
        self.starts: dict[str, Path] = {}
        self.old: dict[str, State] = {}
        self.new: dict[str, State] = {}
        # Of the newest undisturbed build: how long builds take depends on what else is running.
        self.seconds: dict[str, float] = {}
        self.start_seconds = 0.0
        self.is_whole_command = False
        self.arguments = {"whole": (), "campaigns": CAMPAIGNS}
        self.after: str | None = AFTER

    def prepare_from(self, built: Path) -> None:
        """Make the start of campaigns alone, from a folder with a warehouse of the newest date."""
        (self.shop.folder / "target").mkdir(exist_ok=True)
        for name in (WAREHOUSE, "target/partial_parse.msgpack"):
            if (built / name).exists():
                shutil.copy2(built / name, self.shop.folder / name)
        self.after = None
        self.shop.lose_the_ledger()
        self._keep("campaigns")
        self._undisturbed("campaigns")

    def prepare(self) -> None:
        """Make the two starts, and the state after an undisturbed build from each."""
        print("Building the starts and the undisturbed builds ...", flush=True)
        self.shop.build(BEFORE)
        self._keep("whole")
        self._undisturbed("whole")
        # All launches are made and archived again: the tables before them are those of the day.
        self.shop.lose_the_ledger()
        self.shop.lose_the_archive()
        self._keep("campaigns")
        self._undisturbed("campaigns")

    def _keep(self, kind: str) -> None:
        self.starts[kind] = self.folder / f"start_{kind}"
        self.shop.save(self.starts[kind])
        self.old[kind] = self.shop.state()

    def _undisturbed(self, kind: str) -> None:
        self.seconds[kind] = self.shop.build(self.after, *self.arguments[kind])
        self.new[kind] = self.shop.state()

    def time_the_start(self) -> None:
        """How much longer a whole command takes than a fork of what has started."""
        kind = "campaigns"
        self.shop.load(self.starts[kind])
        whole = self.shop.build(self.after, *self.arguments[kind], is_whole_command=True)
        self.start_seconds = max(0, whole - self.seconds[kind])
        self.compare(self.shop, kind, "After a whole command")

    def check(self, shop: Shop, kind: str) -> str:
        """Check what a disturbed build has left: `old`, `new`, or tables of both."""
        left, old, new = shop.state(), self.old[kind], self.new[kind]
        sides = set()
        for name in old.tables.keys() | new.tables.keys() | left.tables.keys():
            if "__dbt_" in name:
                continue
            digests = (old.tables.get(name), new.tables.get(name))
            if left.tables.get(name) not in digests:
                raise Fault(f"The table {name} is neither as before nor as after the build.")
            if digests[0] != digests[1]:
                sides.add("old" if left.tables.get(name) == digests[0] else "new")
        for name, digest in left.exports.items():
            if digest not in (old.exports.get(name), new.exports.get(name)):
                raise Fault(f"The export {name} is neither as before nor as after the build.")
        return "tables: " + (sides.pop() if len(sides) == 1 else "some old, some new")

    def recover(self, shop: Shop, kind: str, with_tests: bool) -> None:
        """The next build needs no hand, and gives what an undisturbed one gives.

        Tests see the tables only, which are compared: a build without them tells as much.
        """
        arguments = self.arguments[kind] + (() if with_tests else WITHOUT_TESTS)
        seconds = self._build(shop, arguments)
        if with_tests and not self.is_whole_command:
            self.seconds[kind] = seconds
        self.compare(shop, kind, "After the next build")
        left = [path.name for path in (shop.folder / "target" / "exports").glob(".building*")]
        if left:
            raise Fault(f"The next build has left {left} among the exports.")

    def _build(self, shop: Shop, arguments: tuple[str, ...]) -> float:
        return shop.build(self.after, *arguments, is_whole_command=self.is_whole_command)

    def compare(self, shop: Shop, kind: str, when: str) -> None:
        state, new = shop.state(), self.new[kind]
        differing = differences(state.tables, new.tables) + differences(state.exports, new.exports)
        if differing:
            raise Fault(f"{when} these differ from an undisturbed build: {', '.join(differing)}.")

    def restore(self, shop: Shop, kind: str) -> None:
        """The ledger is lost, and comes back from the archive as it was."""
        shop.lose_the_ledger()
        self._build(shop, CAMPAIGNS + WITHOUT_TESTS)
        self.compare(shop, kind, "After the ledger was lost and restored")

    def attempt(
        self, name: str, attack, kind: str, restore: bool, is_whole_command: bool = False
    ) -> None:
        """Disturb a build by a function that returns what it did, and check all that must hold."""
        shop, self.is_whole_command = self.shop, is_whole_command
        shop.load(self.starts[kind])
        try:
            shop, done = attack(kind)
            left = self.check(shop, kind)
            self.recover(shop, kind, with_tests=restore)
            if restore:
                self.restore(shop, kind)
                self.counts[f"{name}: ledger restored from the archive"] += 1
            self.counts[f"{name}: {done}"] += 1
            self.counts[f"{name}: {left}"] += 1
            print(f"{name} ({kind}): {done}; {left}; recovered", flush=True)
        except Fault as fault:
            self.counts[f"{name}: FAULT"] += 1
            self.faults.append(f"{name} ({kind}): {fault}")
            print(f"{name} ({kind}): FAULT: {fault}", flush=True)

    def kill(self, kind: str) -> tuple[Shop, str]:
        """Kill a build at a random moment, or as files of the archive or the exports change."""
        moment = self.stream.choices(["any moment", "archive", "exports"], [2, 1, 1])[0]
        process = self.shop.start(
            self.after, *self.arguments[kind], is_whole_command=self.is_whole_command
        )
        if moment == "any moment":
            seconds = self.seconds[kind] + (self.start_seconds if self.is_whole_command else 0)
            wait_until(lambda: process.poll() is not None, self.stream.uniform(0, seconds))
        else:
            folders = {
                "archive": self.shop.folder / f"{WAREHOUSE.partition('.')[0]}_campaigns",
                "exports": self.shop.folder / "target" / "exports",
            }
            self._wait_for_changes(process, folders[moment])
        process.kill()
        if process.wait() != -signal.SIGKILL:
            return self.shop, "ended before the kill"
        return self.shop, (
            f"killed at {moment}" + (" of a whole command" if self.is_whole_command else "")
        )

    def _wait_for_changes(self, process: RunningDbt | WholeDbt, folder: Path) -> None:
        """Wait for a random number of changes, and then up to 20 ms."""
        left, before = self.stream.randint(1, 8), signature(folder)
        while left and process.poll() is None:
            time.sleep(0.0005)
            now = signature(folder)
            left -= now != before
            before = now
        time.sleep(self.stream.choice([0, 0.002, 0.02]))

    def killed(self) -> int:
        return sum(
            count
            for name, count in self.counts.items()
            if name.startswith(("kill: killed", "kill: FAULT"))
        )

    def fill(self, kind: str) -> tuple[Shop, str]:
        """Build on a disk that gets full, and make room before the next build."""
        disk = self.folder / "disk"
        used = sum(path.stat().st_size for path in self.starts[kind].rglob("*") if path.is_file())
        # About half of the disks get full: 10 of 20 in one run.
        size = used + self.stream.randint(256 << 10, 12 << 20)
        disk.mkdir(exist_ok=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True
        )
        shop = Shop(disk, *self.inputs)
        (disk / "target").mkdir()
        shop.load(self.starts[kind])
        exit_code = shop.start(self.after, *self.arguments[kind]).wait()
        output = shop.output.read_text()
        subprocess.run(["mount", "-o", "remount,size=4g", str(disk)], check=True)
        if exit_code:
            return shop, "the disk was full" if "pace" in output else "failed without saying why"
        return shop, "the disk was large enough"

    def empty_disk(self) -> None:
        disk = self.folder / "disk"
        if os.path.ismount(disk):
            subprocess.run(["umount", str(disk)], check=True)

    def collide(self, kind: str) -> tuple[Shop, str]:
        """Two builds of one warehouse at once: a loser says in one line who holds the file."""
        outputs = [self.shop.folder.with_name(f"build_{number}_output.txt") for number in (1, 2)]
        processes = []
        for output in outputs:
            # The server runs one at a time.
            processes.append(
                self.shop.start(
                    self.after, *self.arguments[kind], is_whole_command=True, output=output
                )
            )
            time.sleep(self.stream.uniform(0, 3))
        failed = [
            output.read_text()
            for process, output in zip(processes, outputs, strict=True)
            if process.wait()
        ]
        for output in failed:
            lock_line(output)
        return self.shop, f"{2 - len(failed)} of 2 builds succeeded"

    def read_meanwhile(self, kind: str) -> tuple[Shop, str]:
        """A reader holds the warehouse: the build says who, and changes nothing."""
        reader = subprocess.Popen(
            [
                *(sys.executable, "-c"),
                "import duckdb, sys; reader = duckdb.connect(sys.argv[1], read_only=True);"
                "print('open', flush=True); sys.stdin.read()",
                str(self.shop.folder / WAREHOUSE),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            reader.stdout.readline()
            exit_code = self.shop.start(self.after, *self.arguments[kind]).wait()
            output = self.shop.output.read_text()
        finally:
            reader.kill()
            reader.wait()
        if not exit_code or f"process {reader.pid} " not in lock_line(output):
            raise Fault("The build does not name the process that reads the warehouse:\n" + output)
        if self.check(self.shop, kind) != "tables: old":
            raise Fault("A build that could not open the warehouse has changed it.")
        return self.shop, "named the reader in one line"


def lock_line(output: str) -> str:
    """The line that says who holds the warehouse; anything else of an error is a fault."""
    lines = [line for line in output.splitlines() if " is open in " in line]
    if len(lines) != 1 or "Traceback" in output:
        raise Fault(
            "A build that finds the warehouse locked does not say so in one line:\n" + output
        )
    return lines[0]


def signature(folder: Path) -> tuple:
    """What a folder holds: names and sizes. It is empty where the folder is not there."""
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            try:
                found.append((path, os.stat(path).st_size))
            except OSError:
                found.append((path, None))
    return tuple(sorted(found, key=lambda entry: entry[0]))


def wait_until(is_over, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not is_over():
        time.sleep(0.01)


def can_mount(folder: Path) -> str | None:
    """Why no small file system can be made; None if one can."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        return mounted.stderr.strip() or "mount failed"
    subprocess.run(["umount", str(folder)], check=True)
    return None


def torture(options: argparse.Namespace) -> dict:
    os.environ.setdefault("PARSED_PROJECTS", str(options.folder))
    is_beside = options.kills and (options.disks or options.collisions or options.days)
    beside = start_beside(options) if is_beside else None
    stream = random.Random(options.seed)
    run = Torture(options.folder, stream)
    reasons = {}
    if options.built:
        options.whole = 0
        run.prepare_from(options.built)
    elif options.kills or options.disks or options.collisions:
        run.prepare()
    if 0 < options.whole_command_every <= options.kills:
        run.time_the_start()
    # A build that ends before its kill does not count, but is checked.
    for number in range(2 * options.kills):
        killed = run.killed()
        if killed < options.kills:
            kind = "whole" if killed < options.whole else "campaigns"
            every = options.whole_command_every
            is_whole_command = every > 0 and number % every == every - 1
            restore = number % options.restore_every == 0
            run.attempt("kill", run.kill, kind, restore, is_whole_command)
    reason = can_mount(options.folder / "disk") if options.disks else None
    if reason:
        reasons["disks"] = f"skipped: {reason}"
        print(f"disks: skipped: {reason}", flush=True)
    else:
        for number in range(options.disks):
            try:
                run.attempt("disk", run.fill, "campaigns", number % options.restore_every == 0)
            finally:
                run.empty_disk()
    for _ in range(options.collisions):
        run.attempt("two builds", run.collide, "campaigns", restore=False)
        run.attempt("reader", run.read_meanwhile, "campaigns", restore=False)
    summary = {
        "seed": options.seed,
        "counts": dict(sorted(run.counts.items())),
        "not_run": reasons,
        "faults": run.faults,
    }
    if options.days:
        from daily import refresh_daily

        summary["days"] = refresh_daily(options.folder / "daily", options.days, options.seed)
        summary["faults"] += summary["days"].pop("faults")
    if beside:
        beside.wait()
        told = options.folder / "beside" / "summary.json"
        if told.exists():
            of_beside = json.loads(told.read_text())
            for name in ("counts", "not_run"):
                summary[name] |= of_beside[name]
            summary["faults"] += of_beside["faults"]
            summary["days"] = of_beside.get("days")
            summary["minutes_beside"] = of_beside["minutes"]
        else:
            summary["faults"].append("What ran beside has no summary: see beside_output.txt.")
    return summary


def start_beside(options: argparse.Namespace) -> subprocess.Popen:
    """Take all but the kills off the options, and start a process that does it."""
    folder = options.folder / "beside"
    shutil.rmtree(folder, ignore_errors=True)
    output = options.folder / "beside_output.txt"
    print(f"Disks, collisions and days run beside, and tell of it in {output}.", flush=True)
    command = [sys.executable, __file__, "--folder", str(folder), "--kills=0"]
    for name in ("disks", "collisions", "days", "restore_every", "seed"):
        command.append(f"--{name.replace('_', '-')}={getattr(options, name)}")
    if options.built:
        command.append(f"--built={options.built}")
    with output.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    options.disks = options.collisions = options.days = 0

    def stop() -> None:
        # So that it unmounts its disk.
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait()

    atexit.register(stop)
    return process


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=PROJECT / "target" / "torture")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument(
        "--whole", type=int, default=20, help="how many of the kills hit whole builds"
    )
    parser.add_argument("--disks", type=int, default=20)
    parser.add_argument("--collisions", type=int, default=3, help="two builds, and a reader")
    parser.add_argument("--days", type=int, default=30, help="days of the daily refresh")
    parser.add_argument("--built", type=Path, help="a folder with a built sample: no whole builds")
    parser.add_argument("--restore-every", type=int, default=5, help="1: lose the ledger each time")
    parser.add_argument(
        "--whole-command-every", type=int, default=10, help="10: one kill in ten; 0: none"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder = options.folder.absolute()
    options.folder.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    summary = torture(options) | {"minutes": round((time.monotonic() - begin) / 60, 1)}
    text = json.dumps(summary, indent=2)
    (options.folder / "summary.json").write_text(text + "\n")
    print(text)
    sys.exit(1 if summary["faults"] else 0)


if __name__ == "__main__":
    main()
