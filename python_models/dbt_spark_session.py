"""A dbt plugin for Spark: Python models run in dbt's own session, and macros can call Python.

dbt-spark submits Python models to Databricks only. dbt imports each module on the path whose name
starts with `dbt_` and reads its `plugins`. Importing this module adds the submission method
`session` to dbt-spark's adapter and makes it the default. dbt calls plugins experimental. If
dbt-spark is not installed, importing this module changes nothing.
"""

import json
import warnings
from importlib.util import find_spec

from dbt.plugins.manager import dbtPlugin


class SparkSessionPlugin(dbtPlugin):
    """A plugin without hooks: importing this module already changes the adapter."""


plugins = [SparkSessionPlugin]


def add_session_method() -> None:
    """Let dbt-spark's adapter run a Python model in the session that runs its SQL."""
    from dbt.adapters.base import PythonJobHelper
    from dbt.adapters.spark import SparkAdapter
    from dbt_common.exceptions import DbtRuntimeError

    class SessionJob(PythonJobHelper):
        def __init__(self, parsed_model: dict, credentials) -> None:
            if credentials.method != "session":
                raise DbtRuntimeError(
                    f"The Python model {parsed_model['name']} needs a Spark session, and this "
                    f"target's method is {credentials.method}: build it with --target spark."
                )

        def submit(self, compiled_code: str) -> None:
            from pyspark.sql import SparkSession

            exec(compiled_code, {"spark": SparkSession.builder.getOrCreate()})

    helpers = SparkAdapter.python_submission_helpers.fget
    SparkAdapter.python_submission_helpers = property(
        lambda adapter: {**helpers(adapter), "session": SessionJob}
    )
    SparkAdapter.default_python_submission_method = "session"


def add_inspect_method() -> None:
    """Let macros call `adapter.inspect_input`, as DuckDB's plugin lets SQL call `inspect_input`.

    A path that matches no file on this machine is taken for a path that the cluster can see.
    """
    from customer_value.input_files import inspect_input
    from dbt.adapters.spark import SparkAdapter

    def inspect_input_as_json(adapter, request: str) -> str:
        found = inspect_input(**json.loads(request))
        if not found["files"] and "no file" in (found.get("problem") or ""):
            found = {"is_local": False, "files": [], "problem": None}
        return json.dumps(found)

    SparkAdapter.inspect_input = inspect_input_as_json
    SparkAdapter._available_ = SparkAdapter._available_ | {"inspect_input"}


def silence_dbt_spark() -> None:
    """Suppress the warnings that dbt-spark's own calls print per statement and Python model."""
    # dbt-spark requests Hive support for each session; a Spark Connect session cannot set it.
    warnings.filterwarnings("ignore", "Failed to set spark.sql.catalogImplementation")
    # dbt-spark writes a pandas frame through pandas-on-Spark, without an index.
    warnings.filterwarnings("ignore", "If `index_col` is not specified for `to_spark`")


if find_spec("dbt.adapters.spark"):
    add_session_method()
    add_inspect_method()
    silence_dbt_spark()
