"""Keeps the rows of a fit until its input or the code changes.

A fit is a function of its input. Each row of a table of fits carries the fingerprint of what its
fit was made from, so that the next build finds the fits that it need not make again.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from customer_value.frames import bounded_frame

COLUMN = "fingerprint"
# What fits compute with: another version may give other digits.
LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "statsmodels")
MAX_ROWS = 5_000_000


class KeptFits:
    """The fits of a Python model: those whose input and code have not changed keep their rows.

    Parameters
    ----------
    dbt, session
        As a Python model receives them: ``dbt.this`` names the model's table, which holds what the
        last build left.
    no_rows : pandas.DataFrame
        The model's table without rows, with typed columns.

    Examples
    --------
    >>> class dbt:
    ...     this = "totals"
    >>> def total(day, sales):
    ...     print("fitted", day)
    ...     return pd.DataFrame({"day": [day], "total": [sales["amount"].sum()]})
    >>> def build(second_day):
    ...     fits = KeptFits(dbt, session, pd.DataFrame({"day": [0], "total": [0]}).iloc[:0])
    ...     fits.add(total, 1, pd.DataFrame({"amount": [5]}))
    ...     fits.add(total, 2, pd.DataFrame({"amount": second_day}))
    ...     return fits.table()
    >>> session = duckdb.connect()
    >>> first = build([1, 2])
    fitted 1
    fitted 2
    >>> totals = session.sql("create table totals as from first")
    >>> build([2, 4])[["day", "total"]]
    fitted 2
       day  total
    0    1      5
    1    2      6
    """

    def __init__(self, dbt, session, no_rows: pd.DataFrame):
        self._no_rows = no_rows.assign(**{COLUMN: pd.Series(dtype="string")})
        self._types = self._no_rows.dtypes.to_dict()
        self._kept = _kept_rows(dbt, session, self._types)
        self._tables: list[pd.DataFrame] = []

    def add(self, fit: Callable[..., pd.DataFrame], *arguments) -> pd.DataFrame:
        """Take the rows that the last build made from these arguments, or make the fit.

        Parameters
        ----------
        fit : callable
            Returns the rows of the fit, from the arguments alone.
        *arguments : pandas.DataFrame, numbers, texts, dates, or tuples and lists of them
            What the fit is made from; tables in any order of rows.

        Returns
        -------
        pandas.DataFrame
            The rows, as `table` will hold them. A fit without rows is made in each build.
        """
        key = fingerprint(*arguments)
        rows = self._kept.get(key)
        if rows is None:
            rows = fit(*arguments).assign(**{COLUMN: key})
        rows = rows.astype(self._types)
        self._tables.append(rows)
        return rows.drop(columns=COLUMN)

    def table(self) -> pd.DataFrame:
        """Combine the rows of all fits, each with the ``fingerprint`` of what it was made from."""
        tables = [table for table in self._tables if len(table)]
        return pd.concat(tables or [self._no_rows], ignore_index=True)[list(self._types)]


def fingerprint(*arguments) -> str:
    """Compute a text that is equal for equal arguments, and only for them.

    Parameters
    ----------
    *arguments : pandas.DataFrame, or anything whose ``repr`` says all of it
        The order of a table's rows does not count.

    Returns
    -------
    str
        32 hexadecimal digits, which also depend on the code of this project and on the versions of
        `LIBRARIES`.

    Examples
    --------
    >>> rows = pd.DataFrame({"x": [1, 2]})
    >>> fingerprint(rows, "2024-01-01") == fingerprint(rows[::-1], "2024-01-01")
    True
    >>> fingerprint(rows, "2024-01-01") == fingerprint(rows, "2024-01-02")
    False
    """
    digest = hashlib.sha256(_code().encode())
    for argument in arguments:
        if isinstance(argument, pd.DataFrame):
            digest.update(repr([*argument.dtypes.items()]).encode())
            # 64 bits a row. Sorted, because an engine's rows are in no order.
            digest.update(np.sort(pd.util.hash_pandas_object(argument, index=False)).tobytes())
        else:
            digest.update(repr(argument).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:32]


@cache
def _code() -> str:
    """The fingerprint of all Python code of the project, and of what it computes with."""
    digest = hashlib.sha256(sys.version.encode())
    for library in LIBRARIES:
        digest.update(version(library).encode())
    folder = Path(__file__).parents[1]
    for path in sorted([*folder.glob("*.py"), *folder.glob("customer_value/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept_rows(dbt, session, columns: Iterable[str]) -> dict[str, pd.DataFrame]:
    """What the last build left, by fingerprint; nothing if its table has other columns."""
    name = str(dbt.this)
    if hasattr(session, "catalog"):
        table = session.table(name) if session.catalog.tableExists(name) else None
    else:
        try:
            table = session.sql(f"select * from {name}")
        except duckdb.CatalogException:
            table = None
    if table is None or {*table.columns} != {*columns}:
        return {}
    return dict(tuple(bounded_frame(table, MAX_ROWS).groupby(COLUMN)))
