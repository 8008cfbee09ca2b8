"""A dbt-duckdb plugin (see profiles.yml) that makes functions of this package callable in SQL."""

import json
from contextlib import contextmanager

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags

from customer_value import campaign_archive
from customer_value.files import (
    begin_exports,
    fault_of_name,
    finish_exports,
    keep_private,
    words_of_lock,
)
from customer_value.input_files import inspect_input
from customer_value.messages import without_values
from customer_value.sql_text import follows_from


def inspect_input_as_json(request: str) -> str:
    """Call `input_files.inspect_input` with arguments and result as JSON.

    Parameters
    ----------
    request : str
        A JSON object of the arguments: ``path``, ``options`` and ``copies``.

    Returns
    -------
    str
        The result of `inspect_input`, as JSON. A bad input is a ``problem`` in it, not an error.

    Raises
    ------
    json.JSONDecodeError
        If the request is not JSON.
    TypeError
        If an argument is missing or unknown.

    Examples
    --------
    >>> result = inspect_input_as_json('{"path": "s3://a/b.csv", "options": {}, "copies": "t"}')
    >>> json.loads(result)["is_local"]
    False
    """
    return json.dumps(inspect_input(**json.loads(request)))


def call_as_json(function):
    """A function whose keyword arguments and result are JSON.

    Parameters
    ----------
    function : callable
        Its arguments and its result can be written as JSON.

    Returns
    -------
    callable
        From a text to a text.
    """

    def called(request: str) -> str:
        return json.dumps(function(**json.loads(request)))

    return called


def python_code() -> str:
    """Say which version of the project's Python code SQL and Python models call.

    Returns
    -------
    str
        See `kept.code`.
    """
    # It imports pandas, which a command that builds nothing does not need.
    from customer_value.kept import code

    return code()


def keep_values_out_of_errors() -> None:
    """Let dbt-duckdb see DuckDB's errors without the values that they quote.

    It prints them and writes them to its log, where no personal data belongs.
    """
    handler = DuckDBConnectionManager.exception_handler
    if hasattr(handler, "keeps_values_out"):
        return

    @contextmanager
    def exception_handler(self, sql: str, connection_name: str = "master"):
        with handler(self, sql, connection_name):
            try:
                yield
            except duckdb.Error as error:
                raise type(error)(without_values(str(error))) from None

    exception_handler.keeps_values_out = True
    DuckDBConnectionManager.exception_handler = exception_handler


class Plugin(BasePlugin):
    """Add SQL functions, keep files and values private, and say why a warehouse does not open.

    dbt-duckdb calls `initialize` before it opens the warehouse for the first time,
    `update_connection_config` before each opening and `configure_connection` after it. The
    functions are called by macros/xdb/file_relation.sql (`inspect_input`),
    macros/xdb/campaign_archive.sql (`campaign_archive`), macros/xdb/given_salt.sql
    (`keep_given_salt`, `given_salt`), macros/campaigns/campaign_salt.sql (`archived_salt`) and
    macros/exports/publish_exports.sql (`begin_exports`, `finish_exports`).
    """

    def initialize(self, plugin_config) -> None:
        self.opened = None
        keep_values_out_of_errors()
        flags = get_flags()
        keep_private(
            self.creds.path if self.creds else ":memory:",
            str(getattr(flags, "TARGET_PATH", None) or "target"),
            str(getattr(flags, "LOG_PATH", None) or "logs"),
        )

    def update_connection_config(self, creds, config) -> None:
        """Open the warehouse first, because dbt prints a traceback of DuckDB's errors.

        It stays open until dbt has opened it too, so that no other process comes in between.
        """
        if fault := fault_of_name(creds.path):
            raise RuntimeError(fault)
        try:
            self.opened = duckdb.connect(creds.path, config=config)
        except duckdb.IOException as error:
            if "lock" in str(error):
                raise RuntimeError(words_of_lock(str(error), creds.path)) from None
            raise RuntimeError(
                f"The warehouse '{creds.path}' does not open: {str(error).splitlines()[0]}"
            ) from None

    def configure_connection(self, conn) -> None:
        if self.opened:
            self.opened.close()
            self.opened = None
        functions = {
            "inspect_input": inspect_input_as_json,
            "campaign_archive": campaign_archive.call,
            "follows_from": call_as_json(follows_from),
            "begin_exports": call_as_json(begin_exports),
            "finish_exports": call_as_json(finish_exports),
        }
        for name, function in functions.items():
            conn.create_function(name, function, ["VARCHAR"], "VARCHAR", side_effects=True)
        conn.create_function("python_code", python_code, [], "VARCHAR")
        campaign_archive.add_salt_functions(conn)
