"""The door between a dbt Python model and the database: small tables in, typed tables out."""

import pandas as pd
import pyarrow as pa


def bounded_frame(relation, row_limit: int = 1_000_000) -> pd.DataFrame:
    """Bring the rows of a relation into memory, on either engine, if they are few.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `dbt.ref` returns in a Python model. Its order of rows means nothing: sort before use.
    row_limit : int
        The most rows that may come: those of a small aggregate or of a sample made in SQL.

    Returns
    -------
    pandas.DataFrame
        The rows, with the relation's columns. Decimals become float64, dates and times
        datetime64[ns] (in UTC, without a zone), text pandas' string type; so the same frame comes
        from either engine, also where no row does.

    Raises
    ------
    ValueError
        If there are more rows than the limit. No more than one of them is brought too many.
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
    """The field with the one type that both engines' types of a kind become."""
    if pa.types.is_decimal(field.type):
        # A sum of integers is a decimal without places in DuckDB, an integer in Spark.
        return field.with_type(pa.float64() if field.type.scale else pa.int64())
    if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
        return field.with_type(pa.timestamp("ns"))
    if pa.types.is_large_string(field.type):
        return field.with_type(pa.string())
    if pa.types.is_integer(field.type):
        return field.with_type(pa.int64())
    return field
