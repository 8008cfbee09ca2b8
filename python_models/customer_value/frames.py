"""Reads small relations from the database into typed pandas frames, for dbt Python models."""

import pandas as pd
import pyarrow as pa


def bounded_frame(relation, row_limit: int = 1_000_000) -> pd.DataFrame:
    """Read the rows of a relation into memory, on either engine, up to a limit.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `dbt.ref` returns in a Python model. The order of its rows is not defined: sort them
        before use.
    row_limit : int
        The largest number of rows that is accepted. The relation should be a small aggregate or a
        sample drawn in SQL.

    Returns
    -------
    pandas.DataFrame
        The rows, with the relation's columns. Integers and decimals without decimal places become
        int64, other decimals float64, dates and times datetime64[ns] (in UTC, without a zone), text
        pandas' string type. The types are the same on both engines, also without rows.

    Raises
    ------
    ValueError
        If there are more rows than the limit. At most one row beyond the limit is read.

    Examples
    --------
    >>> import duckdb
    >>> bounded_frame(duckdb.sql("select date '2024-01-05' as day, 2.50 as price"))
             day  price
    0 2024-01-05    2.5
    """
    few = relation.limit(row_limit + 1)
    table = few.toArrow() if hasattr(few, "toArrow") else few.to_arrow_table()
    if table.num_rows > row_limit:
        raise ValueError(
            f"A Python model reads more than {row_limit:,} rows with the columns "
            f"{', '.join(table.column_names)}. Aggregate them or draw a sample in SQL first."
        )
    return table.cast(pa.schema([_common_type(field) for field in table.schema])).to_pandas(
        types_mapper={pa.string(): pd.StringDtype()}.get
    )


def _common_type(field: pa.Field) -> pa.Field:
    """Return the field with the common type to which both engines' types are cast."""
    if pa.types.is_decimal(field.type):
        # A sum of integers is a decimal of scale 0 in DuckDB and an integer in Spark.
        return field.with_type(pa.float64() if field.type.scale else pa.int64())
    if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
        return field.with_type(pa.timestamp("ns"))
    if pa.types.is_large_string(field.type):
        return field.with_type(pa.string())
    if pa.types.is_integer(field.type):
        return field.with_type(pa.int64())
    return field
