"""A plugin of dbt-duckdb (profiles.yml): functions of this package for the project's macros."""

import json

from dbt.adapters.duckdb.plugins import BasePlugin

from customer_value.input_files import inspect_input


def inspect_input_as_json(request: str) -> str:
    """`inspect_input`, with its arguments as a JSON object and its result as JSON."""
    return json.dumps(inspect_input(**json.loads(request)))


class Plugin(BasePlugin):
    """Gives SQL the function `inspect_input(request)` (macros/xdb/file_relation.sql)."""

    def configure_connection(self, conn) -> None:
        conn.create_function(
            "inspect_input", inspect_input_as_json, ["VARCHAR"], "VARCHAR", side_effects=True
        )
