"""Standardises features by the mean and standard deviation of their own date.

A model that was fitted at earlier cut-offs scores customers of a later date, at which all of them
are older and have ordered more. Features that are standardised by their own date are comparable
across dates.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def standardise(rows: pd.DataFrame, scales: pd.DataFrame, features: Sequence[str]) -> np.ndarray:
    """Standardise each row by the mean and deviation of its own cut-off.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``cutoff_date`` and one column per feature.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``, both in
        the unit of the feature.
    features : sequence of str
        The columns to standardise, in the order of the result.

    Returns
    -------
    numpy.ndarray of shape (rows, features)
        Standard deviations from the mean. 0 where the feature does not vary at the cut-off
        (a deviation of at most 1e-9).

    Raises
    ------
    KeyError
        If a feature has no column in `rows`, or no scale at a cut-off.

    Examples
    --------
    >>> date = pd.Timestamp("2024-01-01")
    >>> rows = pd.DataFrame({"cutoff_date": [date, date], "log_orders": [1.0, 4.0]})
    >>> scales = pd.DataFrame(
    ...     {
    ...         "as_of_date": [date],
    ...         "feature": ["log_orders"],
    ...         "feature_mean": [2.0],
    ...         "feature_deviation": [0.5],
    ...     }
    ... )
    >>> standardise(rows, scales, ["log_orders"])
    array([[-2.],
           [ 4.]])
    """
    result = np.empty((len(rows), len(features)))
    for date, places in rows.reset_index(drop=True).groupby("cutoff_date").groups.items():
        means, deviations = _scales_at(scales, date, features)
        values = rows[list(features)].to_numpy(dtype=float)[places]
        result[places] = (values - means) * _inverse(deviations)
    return result


def unscale(
    intercept: float,
    standardised: np.ndarray,
    scales: pd.DataFrame,
    features: Sequence[str],
    date: pd.Timestamp,
) -> tuple[float, np.ndarray]:
    """Convert a linear model of standardised features into the units of the features at a date.

    Parameters
    ----------
    intercept : float
        Intercept of the model of standardised features.
    standardised : numpy.ndarray of shape (features,)
        Coefficients of the standardised features.
    scales, features
        As in `standardise`.
    date : pandas.Timestamp
        The date of the customers to score.

    Returns
    -------
    intercept : float
    coefficients : numpy.ndarray of shape (features,)
        Per unit of the feature; 0 for a feature that does not vary at the date.

    Raises
    ------
    KeyError
        If a feature has no scale at the date.

    Examples
    --------
    >>> date = pd.Timestamp("2024-01-01")
    >>> scales = pd.DataFrame(
    ...     {
    ...         "as_of_date": [date],
    ...         "feature": ["log_orders"],
    ...         "feature_mean": [2.0],
    ...         "feature_deviation": [0.5],
    ...     }
    ... )
    >>> unscale(1.0, np.array([0.5]), scales, ["log_orders"], date)
    (-1.0, array([1.]))
    """
    means, deviations = _scales_at(scales, date, features)
    coefficients = standardised * _inverse(deviations)
    return float(intercept - coefficients @ means), coefficients


def _scales_at(
    scales: pd.DataFrame, date: pd.Timestamp, features: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    then = scales[scales["as_of_date"] == date].set_index("feature").loc[list(features)]
    return then["feature_mean"].to_numpy(), then["feature_deviation"].to_numpy()


def _inverse(deviations: np.ndarray) -> np.ndarray:
    """Return 1 divided by each deviation, or 0 where it is 0: such a feature has no effect."""
    return np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 1e-9)
