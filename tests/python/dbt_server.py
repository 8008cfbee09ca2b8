"""Runs dbt commands, each in a fork of one process that has imported dbt and parsed the project.

Importing dbt and parsing the project take longer than most builds of the tests do.

Reads requests from standard input, one per line, as JSON:

arguments
    Of dbt.
folder, environment
    Where and with which environment the command runs.
output
    The file that the command's output goes to.
parse
    Arguments of `dbt parse` of the same project, whose result is kept for later requests; null to
    let the command itself parse. The command's variables must change no ref and no config.

Answers each request with two lines: the id of the command's process, which leads a process group of
its own, so that all of it can be killed; and the exit code at its end.
"""

import json
import os
import signal
import sys


def parse(arguments: list[str]):
    from dbt.cli.main import dbtRunner

    # The static parser starts threads, which a fork does not have: one that parses would wait for
    # them for ever.
    options = ["--quiet", "--log-level-file", "none", "--no-static-parser"]
    parsed = dbtRunner().invoke([*options, "parse", *arguments])
    if not parsed.success:
        sys.exit(f"The project cannot be parsed: {parsed.exception}")
    return parsed.result


def serve() -> tuple[dict, object]:
    """Answer requests. Only a fork returns, with its request and the parsed project."""
    import dbt.cli.main  # noqa: F401
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: F401

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    manifests: dict[str, object] = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = json.dumps(request["parse"])
        if request["parse"] and key not in manifests:
            manifests[key] = parse(request["parse"])
        if not (process := os.fork()):
            return request, manifests.get(key)
        # Before the id is known to anybody: who knows it may kill the group.
        os.setpgid(process, process)
        print(process, file=answers, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    sys.exit()


def run(request: dict, manifest) -> int:
    """Run a request's command as a process of its own would, and return its exit code."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import cli

    # A command that hangs ends, and its test fails, before the whole run is given up.
    signal.alarm(3600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    try:
        cli.main(request["arguments"], prog_name="dbt", obj={"manifest": manifest, "callbacks": []})
    except SystemExit as end:
        return end.code
    finally:
        DuckDBConnectionManager.close_all_connections()


if __name__ == "__main__":
    code = run(*serve())
    sys.stdout.flush()
    sys.stderr.flush()
    # A fork has no threads of its parent, and an ordinary exit may wait for them.
    os._exit(code or 0)
