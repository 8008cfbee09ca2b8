"""Prints what a file of queries returns, for make: show_queries WAREHOUSE NAME."""

import re
import sys
from pathlib import Path

import duckdb

from customer_value.files import words_of_lock

QUERIES = Path(__file__).parent / "queries"
# A terminal's width is unknown under make; 200 columns hold the widest table.
MAX_WIDTH = 200
MAX_ROWS = 60


def titled_queries(text: str) -> list[tuple[str, str]]:
    """Split a file of SQL into its queries, each with the title in the comment before it.

    Parameters
    ----------
    text
        Queries that end in a semicolon, each after a line `-- <title>`.

    Returns
    -------
    list of (title, query), in the order of the file.

    Examples
    --------
    >>> titled_queries("-- How many:\\nselect 1;")
    [('How many:', 'select 1')]
    """
    return re.findall(r"^-- (.+)\n((?:[^-\n][^;]*));$", text, flags=re.MULTILINE)


def show_queries(warehouse: str, name: str) -> None:
    """Print the result of each query of `queries/<name>.sql` under its title.

    Parameters
    ----------
    warehouse
        Path of a DuckDB file, which is opened to read only.
    name
        `build_summary` or `input_check`.

    Raises
    ------
    FileNotFoundError
        There is no such file of queries.
    duckdb.Error
        The warehouse cannot be read, or lacks a table.
    """
    text = (QUERIES / f"{name}.sql").read_text()
    with duckdb.connect(warehouse, read_only=True) as connection:
        for title, query in titled_queries(text):
            print(f"\n{title}")
            result = connection.sql(query)
            if not result.fetchone():
                print("nothing")
            elif len(result.columns) == 1:
                # One long text reads better without a frame.
                print("\n".join(value for (value,) in connection.sql(query).fetchall()))
            else:
                result.show(max_width=MAX_WIDTH, max_rows=MAX_ROWS)


if __name__ == "__main__":
    try:
        show_queries(*sys.argv[1:])
    except duckdb.IOException as error:
        sys.exit(words_of_lock(str(error), sys.argv[1]) if "lock" in str(error) else str(error))
