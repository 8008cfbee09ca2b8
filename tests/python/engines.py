"""Compares what two engines made of the same input, table by table and row by row."""

from pathlib import Path

import duckdb
from conftest import PROJECT
from customer_value import kept

# Doubles differ in their last digits: engines add them up in another order.
TOLERANCE = 1e-9
# What differs in any two builds of the whole project: of views Spark has no files. What is made of
# them is compared: int_audiences of the audiences, int_orders__versioned of the counted lines.
AUDIENCES = [path.stem for path in (PROJECT / "models/marts/campaigns/audiences").glob("*.sql")]
VIEWS_DIFFER = [
    f"{view}: only DuckDB has it" for view in sorted([*AUDIENCES, "int_order_lines__counted"])
]


def spark_tables(warehouse: Path) -> dict[str, str | None]:
    """The tables that Spark wrote under a folder: from a name to what DuckDB reads it with.

    None where there is no file, as of a seed without rows.
    """
    folders = [folder for folder in warehouse.rglob("*.db/*") if folder.is_dir()]
    names = [folder.name for folder in folders]
    if len(set(names)) < len(names):
        raise ValueError(f"More than one build wrote under {warehouse}")
    return {
        folder.name: f"read_parquet('{folder}/*.parquet')"
        if any(folder.glob("*.parquet"))
        else None
        for folder in folders
    }


def differences(warehouse: Path, spark_warehouse: Path, tolerance: float = TOLERANCE) -> list[str]:
    """What is not the same in a DuckDB warehouse and in the folder of a Spark warehouse.

    Every table of either is compared, so a new model needs no entry here. Names and families of the
    columns must be the same, and so must every row: each value exactly, but for doubles, which may
    differ by `tolerance` relative to the larger one. Returns a sentence for each difference.
    """
    there = spark_tables(spark_warehouse)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        names = connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'warehouse'"
        ).fetchall()
        here = {name: f"warehouse.main.{name}" for (name,) in names}
        found = [f"{name}: only DuckDB has it" for name in sorted(here.keys() - there.keys())]
        found += [f"{name}: only Spark has it" for name in sorted(there.keys() - here.keys())]
        for name in sorted(here.keys() & there.keys()):
            if there[name] is None:
                [[count]] = connection.execute(f"select count(*) from {here[name]}").fetchall()
                found += [f"{name}: only DuckDB has {count} rows"] if count else []
                continue
            found += [
                f"{name}: {difference}"
                for difference in table_differences(connection, here[name], there[name], tolerance)
            ]
    return found


def table_differences(connection, here: str, there: str, tolerance: float) -> list[str]:
    """The differences between two relations; see `differences`."""
    types_here, types_there = (column_families(connection, table) for table in (here, there))
    if types_here != types_there:
        return [
            f"columns differ: {sorted(set(types_here.items()) - set(types_there.items()))} "
            f"in DuckDB, {sorted(set(types_there.items()) - set(types_here.items()))} in Spark"
        ]
    exact = [f'"{name}"' for name, family in types_here.items() if family != "double"]
    doubles = [f'"{name}"' for name, family in types_here.items() if family == "double"]

    found = []
    for engine, table in (("DuckDB", here), ("Spark", there)):
        repeated = connection.execute(
            f"select {', '.join(exact)} from {table} group by all having count(*) > 1 limit 1"
        ).fetchone()
        # Lines of the input may be equal; equal rows with doubles could not be told apart.
        if repeated and doubles:
            found.append(f"{engine} has rows that are equal but for doubles, such as {repeated}")

    def named(table):
        columns = [
            f"{name}::timestamp as {name}" if types_here[name.strip('"')] == "timestamp" else name
            for name in exact + doubles
        ]
        equal = f"row_number() over (partition by {', '.join(exact)}) as copy_number"
        return f"(select true as is_there, {equal}, {', '.join(columns)} from {table})"

    same_row = " and ".join(
        f"here.{name} is not distinct from there.{name}" for name in [*exact, "copy_number"]
    )
    other_double = [
        f"not coalesce(here.{name} = there.{name} or (isfinite(here.{name}) "
        f"and isfinite(there.{name}) and abs(here.{name} - there.{name}) <= {tolerance} "
        f"* greatest(abs(here.{name}), abs(there.{name}))), "
        f"here.{name} is null and there.{name} is null)"
        for name in doubles
    ]
    is_other = " or ".join(["here.is_there is null", "there.is_there is null", *other_double])
    rows = connection.execute(
        f"select case when there.is_there is null then 'only DuckDB has' "
        f"when here.is_there is null then 'only Spark has' else 'doubles differ in' end as kind, "
        f"count(*), first(case when here.is_there then here::varchar else '' end "
        f"|| case when there.is_there then there::varchar else '' end) "
        f"from {named(here)} as here full outer join {named(there)} as there on {same_row} "
        f"where {is_other} group by 1 order by 1"
    ).fetchall()
    return found + [f"{kind} {count} rows, such as {example}" for kind, count, example in rows]


def column_families(connection, table: str) -> dict[str, str]:
    """Each column's kind of type: engines may count in wider integers, but not in doubles."""
    families = {}
    for name, type_name, *_ in connection.execute(f"describe select * from {table}").fetchall():
        if type_name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"):
            families[name] = "integer"
        elif type_name.startswith("DECIMAL"):
            # Sums are wider in one engine than in the other; the places after the point count.
            families[name] = "decimal with scale " + type_name.rstrip(")").split(",")[1]
        elif name == kept.COLUMN:
            # Doubles that differ in their last digits have other fingerprints.
            continue
        elif type_name.startswith("TIMESTAMP"):
            families[name] = "timestamp"
        else:
            families[name] = type_name.lower()
    return families
