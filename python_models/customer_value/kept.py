"""Keeps the rows of a fit until its input or the code changes.

A fit is a function of its input. Each row of a table of fits carries the fingerprint of what its
fit was made from, so that the next build finds the fits that it need not make again. With the var
`refit: never` a fit is kept although its input or the code has changed, and none is made.
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
DATE = "as_of_date"
# So many digits of a fingerprint say which fit it is: its date and settings, not its tables.
NAME_DIGITS = 8
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
    settings : pandas.DataFrame
        `int_fit_settings`: the ``refit`` of its one row is ``build``, ``month`` or ``never``.
    no_rows : pandas.DataFrame
        The model's table without rows, with typed columns.

    Examples
    --------
    >>> class dbt:
    ...     this = "totals"
    >>> settings = pd.DataFrame({"refit": ["build"]})
    >>> def total(day, sales):
    ...     print("fitted", day)
    ...     return pd.DataFrame({"day": [day], "total": [sales["amount"].sum()]})
    >>> def build(second_day):
    ...     no_rows = pd.DataFrame({"day": [0], "total": [0]}).iloc[:0]
    ...     fits = KeptFits(dbt, session, settings, no_rows)
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
    >>> settings = pd.DataFrame({"refit": ["never"]})
    >>> build([2, 5])[["day", "total"]]  # scores with what is there
       day  total
    0    1      5
    1    2      3
    """

    def __init__(self, dbt, session, settings: pd.DataFrame, no_rows: pd.DataFrame):
        self._table = str(dbt.this).replace('"', "")
        self._is_fixed = settings["refit"].iloc[0] == "never"
        self._no_rows = no_rows.assign(**{COLUMN: pd.Series(dtype="string")})
        self._types = self._no_rows.dtypes.to_dict()
        self._kept = _kept_rows(dbt, session, self._types)
        if self._is_fixed:
            self._kept = {key[:NAME_DIGITS]: rows for key, rows in self._kept.items()}
        self._tables: list[pd.DataFrame] = []

    def add(
        self,
        fit: Callable[..., pd.DataFrame],
        *arguments,
        scored_dates: Iterable[pd.Timestamp] | None = None,
    ) -> pd.DataFrame:
        """Take the rows that the last build made from these arguments, or make the fit.

        Parameters
        ----------
        fit : callable
            Returns the rows of the fit, from the arguments alone.
        *arguments : pandas.DataFrame, numbers, texts, dates, or tuples and lists of them
            The first is the date of the fit, if the table has as-of dates.
            What the fit is made from; tables in any order of rows. What is not a table must tell
            the fits of a model apart.
        scored_dates : iterable of pandas.Timestamp or None
            The as-of dates whose customers are scored by this fit: the table has its rows once for
            each. None for the fit's own date alone, or a table without as-of dates.

        Returns
        -------
        pandas.DataFrame
            The rows of the fit, with its own date. A fit without rows is made in each build.

        Raises
        ------
        ValueError
            If the fit is not there, and the var `refit` is ``never``.
        """
        key = fingerprint(*arguments)
        rows = self._kept.get(key[:NAME_DIGITS] if self._is_fixed else key)
        if rows is None and self._is_fixed:
            settings = [str(value) for value in arguments if not isinstance(value, pd.DataFrame)]
            raise ValueError(
                f"{self._table} has no fit of {', '.join(settings).replace(' 00:00:00', '')} to "
                "score with. Scores need the fits of a build in the same month: "
                "make build VARS='{refit: month}', with the other vars as here."
            )
        if rows is None:
            rows = fit(*arguments).assign(**{COLUMN: key})
        rows = rows.astype(self._types)
        if scored_dates is None:
            self._tables.append(rows)
        else:
            self._tables += [rows.assign(**{DATE: date}) for date in scored_dates]
        if DATE in rows:
            # What was kept may have the date of customers whom it scored.
            rows = rows.assign(**{DATE: arguments[0]}).astype(self._types)
        return rows.drop(columns=COLUMN)

    def table(self) -> pd.DataFrame:
        """Combine the rows of all fits, each with the ``fingerprint`` of what it was made from."""
        tables = [table.astype(self._types) for table in self._tables if len(table)]
        return pd.concat(tables or [self._no_rows], ignore_index=True)[list(self._types)]


def scored_dates(dates: pd.DataFrame) -> dict[pd.Timestamp, list[pd.Timestamp]]:
    """List the dates of fits, each with the as-of dates whose customers its parameters score.

    Parameters
    ----------
    dates : pandas.DataFrame
        Rows of `int_as_of_dates`: ``as_of_date`` and ``fit_date``.

    Returns
    -------
    dict of pandas.Timestamp to list of pandas.Timestamp
        In ascending order.

    Examples
    --------
    >>> dates = pd.DataFrame({"as_of_date": [9, 5, 1], "fit_date": [5, 5, 1]})
    >>> scored_dates(dates)
    {1: [1], 5: [5, 9]}
    """
    groups = dates.sort_values(["fit_date", DATE]).groupby("fit_date")[DATE]
    return {date: list(group) for date, group in groups}


def fingerprint(*arguments) -> str:
    """Compute a text that is equal for equal arguments, and only for them.

    Parameters
    ----------
    *arguments : pandas.DataFrame, or anything whose ``repr`` says all of it
        The order of a table's rows does not count.

    Returns
    -------
    str
        32 hexadecimal digits. The first `NAME_DIGITS` depend on the arguments that are no tables
        alone, the others also on the code of this project and on the versions of `LIBRARIES`.

    Examples
    --------
    >>> rows = pd.DataFrame({"x": [1, 2]})
    >>> fingerprint(rows, "2024-01-01") == fingerprint(rows[::-1], "2024-01-01")
    True
    >>> fingerprint(rows, "2024-01-01") == fingerprint(rows, "2024-01-02")
    False
    """
    name = hashlib.sha256()
    digest = hashlib.sha256(code().encode())
    for argument in arguments:
        if isinstance(argument, pd.DataFrame):
            digest.update(repr([*argument.dtypes.items()]).encode())
            # 64 bits a row. Sorted, because an engine's rows are in no order.
            digest.update(np.sort(pd.util.hash_pandas_object(argument, index=False)).tobytes())
        else:
            digest.update(repr(argument).encode())
            name.update(repr(argument).encode())
        for each in (digest, name):
            each.update(b"\0")
    return name.hexdigest()[:NAME_DIGITS] + digest.hexdigest()[: 32 - NAME_DIGITS]


@cache
def code() -> str:
    """Compute the fingerprint of the project's Python code and of what it computes with.

    Returns
    -------
    str
        64 hexadecimal digits: of Python's version, those of `LIBRARIES`, and every file of
        `python_models`. Computed once in a process.
    """
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
    rows = bounded_frame(table, MAX_ROWS)
    if DATE in rows:
        # A fit that scores several dates has its rows once for each.
        rows = rows[rows[DATE] == rows.groupby(COLUMN)[DATE].transform("min")]
    return dict(tuple(rows.groupby(COLUMN)))
