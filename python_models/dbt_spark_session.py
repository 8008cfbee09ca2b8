"""A dbt plugin: Python models in dbt's own Spark session.

dbt-spark submits Python models to Databricks only. dbt imports every module on the path whose name
starts with `dbt_` and reads its `plugins`; importing this one adds the submission method `session`
to dbt-spark's adapter, and makes it the default where the profile's method is `session`. dbt calls
plugins experimental. Where dbt-spark is not installed nothing happens.
"""

from importlib.util import find_spec

from dbt.plugins.manager import dbtPlugin


class SparkSessionPlugin(dbtPlugin):
    """It has no hook: the adapter is changed when this module is imported."""


plugins = [SparkSessionPlugin]


def add_session_method() -> None:
    """Let dbt-spark's adapter run a Python model in the session that it runs SQL in."""
    from dbt.adapters.base import PythonJobHelper
    from dbt.adapters.spark import SparkAdapter

    class SessionJob(PythonJobHelper):
        def __init__(self, parsed_model: dict, credentials) -> None:
            pass

        def submit(self, compiled_code: str) -> None:
            from pyspark.sql import SparkSession

            exec(compiled_code, {"spark": SparkSession.builder.getOrCreate()})

    helpers = SparkAdapter.python_submission_helpers.fget
    default_method = SparkAdapter.default_python_submission_method.fget

    def default_method_of(adapter) -> str:
        method = adapter.connections.profile.credentials.method
        return "session" if method == "session" else default_method(adapter)

    SparkAdapter.python_submission_helpers = property(
        lambda adapter: {**helpers(adapter), "session": SessionJob}
    )
    SparkAdapter.default_python_submission_method = property(default_method_of)


if find_spec("dbt.adapters.spark"):
    add_session_method()
