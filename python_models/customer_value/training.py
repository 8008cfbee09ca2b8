"""Fits a model for each as-of date and horizon on windows that had ended by the date."""

from collections.abc import Callable

import pandas as pd

from customer_value.frames import bounded_frame
from customer_value.kept import DATE, KeptFits, scored_dates

# SQL samples 20,000 customers of each training cut-off (int_training_sets).
MAX_ROWS = 2_500_000


def training_fits(
    dbt,
    session,
    settings,
    dates,
    sets,
    scales,
    no_rows: pd.DataFrame,
    fit: Callable[..., pd.DataFrame],
    is_newest_only: bool = False,
) -> pd.DataFrame:
    """Make the fits of a Python model that learns from `int_training_sets`, or keep them.

    Parameters
    ----------
    dbt, session
        As a Python model receives them.
    settings, dates : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        `int_fit_settings` and `int_as_of_dates`.
    sets : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        `int_training_sets`: ``as_of_date`` and ``horizon_days`` of the fit, ``cutoff_date``, the
        features and the outcomes.
    scales : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        `int_feature_scales`. A fit gets those of its own date and of its cut-offs.
    no_rows : pandas.DataFrame
        The model's table without rows, with typed columns.
    fit : callable
        ``fit(as_of_date, horizon_days, training, scales)`` returns the rows of a fit.
    is_newest_only : bool
        Whether, per horizon, only the newest fit is made whose window has ended by the newest date.

    Returns
    -------
    pandas.DataFrame
        The rows of all fits, as `KeptFits.table` returns them.

    Raises
    ------
    ValueError
        If a fit has more than `MAX_ROWS` rows to learn from.

    Examples
    --------
    >>> import duckdb
    >>> session = duckdb.connect()
    >>> settings = session.sql("select 'build' as refit")
    >>> dates = session.sql('''select date '2024-04-01' as as_of_date,
    ...     date '2024-04-01' as fit_date, true as is_current, false as is_backtest_cutoff''')
    >>> sets = session.sql('''select date '2024-04-01' as as_of_date, 90 as horizon_days,
    ...     date '2024-01-02' as cutoff_date, n as actual_orders from range(3) as r (n)''')
    >>> scales = session.sql('''select date '2024-04-01' as as_of_date, 'x' as feature''')
    >>> class dbt:
    ...     this = "means"
    >>> def mean(date, horizon, training, scales):
    ...     return pd.DataFrame({"horizon": [horizon], "mean": [training["actual_orders"].mean()]})
    >>> no_rows = pd.DataFrame({"horizon": [0], "mean": [0.0]}).iloc[:0]
    >>> given = settings, dates, sets, scales
    >>> training_fits(dbt, session, *given, no_rows, mean)[["horizon", "mean"]]
       horizon  mean
    0       90   1.0
    """
    scales = bounded_frame(scales)
    scored = scored_dates(bounded_frame(dates.filter("is_current or is_backtest_cutoff")))
    keys = bounded_frame(sets.select("as_of_date", "horizon_days").distinct())
    newest = keys["as_of_date"].max()

    fits = KeptFits(dbt, session, bounded_frame(settings), no_rows)
    for date, horizon in sorted(keys.itertuples(index=False)):
        if is_newest_only and (newest - date).days != horizon:
            continue
        then = f"as_of_date = cast('{date:%Y-%m-%d}' as date) and horizon_days = {horizon}"
        training = bounded_frame(sets.filter(then), MAX_ROWS)
        used = scales["as_of_date"].isin([date, *training["cutoff_date"]])
        given = date, horizon, training, scales[used]
        fits.add(fit, *given, scored_dates=scored[date] if DATE in no_rows else None)
    return fits.table()
