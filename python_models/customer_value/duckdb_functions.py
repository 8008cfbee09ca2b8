"""A dbt-duckdb plugin (see profiles.yml) that makes functions of this package callable in SQL."""

import json

from dbt.adapters.duckdb.plugins import BasePlugin

from customer_value import campaign_archive
from customer_value.input_files import inspect_input


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


class Plugin(BasePlugin):
    """Add the SQL functions `inspect_input(request)`, which macros/xdb/file_relation.sql calls, and
    `campaign_archive(request)`, which macros/xdb/campaign_archive.sql calls.

    dbt-duckdb calls `configure_connection` for each connection that it opens.
    """

    def configure_connection(self, conn) -> None:
        conn.create_function(
            "inspect_input", inspect_input_as_json, ["VARCHAR"], "VARCHAR", side_effects=True
        )
        conn.create_function(
            "campaign_archive", campaign_archive.call, ["VARCHAR"], "VARCHAR", side_effects=True
        )
