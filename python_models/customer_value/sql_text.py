"""Tells whether the result of SQL follows from tables alone, by what DuckDB's parser finds."""

import json
from collections.abc import Iterator
from functools import cache

import duckdb

# What reads files; the files' content must be named beside the SQL.
READERS = {"read_csv", "read_parquet"}
TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
# DuckDB does not judge its macros, and `error` ends the query. All of `list_...` and `array_...`
# are functions of their arguments.
MACROS = {
    *("error", "nullif", "split_part", "fdiv", "fmod", "round_even", "roundbankers", "date_add"),
    *("days_in_month", "geomean", "geometric_mean", "wavg", "weighted_avg"),
    *("map_contains_entry", "map_contains_value", "regexp_split_to_table"),
}
# Functions of this project, whose result is part of what a table is made of.
OWN_FUNCTIONS = {"archived_salt", "given_salt"}
# DuckDB calls them consistent. With one argument `age` counts until today.
INCONSISTENT = {
    *("age", "current_localtime", "current_localtimestamp", "current_setting"),
    *("getvariable", "getenv"),
}
VALUES_OF_THE_SESSION = {
    *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
    *("current_user", "session_user", "user", "current_schema", "current_catalog"),
    *("current_role", "rowid"),
}
TABLE_KINDS = {"BASE_TABLE", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "EMPTY", "TABLE_FUNCTION"}


def follows_from(sql: str, relations: list[list[str]], named_files: int = 0) -> bool:
    """Whether a query gives the same rows as long as some tables hold the same rows.

    Parameters
    ----------
    sql : str
        A select.
    relations : list of [database, schema, name]
        The tables that it may read.
    named_files : int
        How often it may read files.

    Returns
    -------
    bool
        False for what asks for the time or for chance, reads anything else, calls a function that
        DuckDB does not know, or cannot be parsed.

    Notes
    -----
    The parse tree is that of DuckDB's ``json_serialize_sql``. The order of equal rows, as in a
    ``limit`` without an order, is not judged.

    Examples
    --------
    >>> orders = [["shop", "main", "orders"]]
    >>> query = "with days as (select * from shop.main.orders) select max(day), 'now()' from days"
    >>> follows_from(query, orders), follows_from(query, [])
    (True, False)
    >>> follows_from("select now() from shop.main.orders", orders)
    False
    >>> follows_from("select current_date", orders), follows_from("from 'orders.csv'", orders)
    (False, False)
    """
    [[text]] = _parser().cursor().execute("select json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(text)
    if tree["error"]:
        return False
    known = {tuple(part.lower() for part in relation) for relation in relations}
    parts = list(_dicts(tree))
    named = {
        entry["key"].lower()
        for part in parts
        for entry in (part.get("cte_map") or {}).get("map", [])
    }
    reads = 0
    for part in parts:
        kind = part.get("class")
        if part.get("sample"):
            return False
        if kind == "FUNCTION":
            name = part["function_name"].lower()
            if name in READERS:
                reads += 1
            elif name not in _consistent_functions() and not name.startswith(("list_", "array_")):
                return False
        elif kind == "COLUMN_REF":
            if part["column_names"][-1].lower() in VALUES_OF_THE_SESSION:
                return False
        elif kind is None and "type" in part and "alias" in part and "sample" in part:
            if part["type"] not in TABLE_KINDS:
                return False
            if part["type"] == "BASE_TABLE" and not _is_known(part, known, named):
                return False
    return reads <= named_files


def _is_known(table: dict, known: set[tuple[str, ...]], named: set[str]) -> bool:
    names = [table[part].lower() for part in ("catalog_name", "schema_name", "table_name")]
    return tuple(names) in known or (names[:2] == ["", ""] and names[2] in named)


def _dicts(tree) -> Iterator[dict]:
    """All mappings of a tree, in any order."""
    left = [tree]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@cache
def _consistent_functions() -> set[str]:
    """The functions of DuckDB whose result follows from their arguments."""
    query = "select lower(function_name) from duckdb_functions() where stability = 'CONSISTENT'"
    names = {name for (name,) in _parser().cursor().execute(query).fetchall()}
    return (names | MACROS | TABLE_FUNCTIONS | OWN_FUNCTIONS) - INCONSISTENT
