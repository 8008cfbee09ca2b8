"""A dbt plugin: Python models in dbt's own Spark session, and what macros ask Python.

dbt-spark submits Python models to Databricks only. dbt imports every module on the path whose name
starts with `dbt_` and reads its `plugins`; importing this one adds the submission method `session`
to dbt-spark's adapter and makes it the default. dbt calls plugins experimental. Where dbt-spark is
not installed nothing happens.
"""

import json
import warnings
from importlib.util import find_spec

from dbt.plugins.manager import dbtPlugin


class SparkSessionPlugin(dbtPlugin):
    """It has no hook: the adapter is changed when this module is imported."""


plugins = [SparkSessionPlugin]


def add_session_method() -> None:
    """Let dbt-spark's adapter run a Python model in the session that it runs SQL in."""
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

    A path that names nothing on this machine is taken for one that the cluster can see.
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
    """Drop what dbt-spark's own calls would print with each statement and each Python model."""
    # It asks every session for Hive support, also a Spark Connect server's, which cannot be asked.
    warnings.filterwarnings("ignore", "Failed to set spark.sql.catalogImplementation")
    # It writes a pandas frame by way of pandas-on-Spark, without an index.
    warnings.filterwarnings("ignore", "If `index_col` is not specified for `to_spark`")


if find_spec("dbt.adapters.spark"):
    add_session_method()
    add_inspect_method()
    silence_dbt_spark()
