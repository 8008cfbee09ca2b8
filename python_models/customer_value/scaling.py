"""Features relative to the customers of their own date.

What is learned from customers of earlier dates is applied to those of a later one, when all have
grown older and ordered more. Relative to their own date the two are alike.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def standardise(rows: pd.DataFrame, scales: pd.DataFrame, features: Sequence[str]) -> np.ndarray:
    """Standard deviations from the mean of the row's own cut-off.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``cutoff_date`` and a column for each feature.
    scales : pandas.DataFrame
        One row per ``as_of_date`` and ``feature``: ``feature_mean``, ``feature_deviation``.
    features : sequence of str

    Returns
    -------
    array of (rows, features)
        0 where all customers of a date are alike.
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
    """A linear model of standardised features, in the units of the features at a date.

    Parameters
    ----------
    intercept : float
    standardised : array of (features,)
        Coefficients of standardised features.
    scales, features
        As in `standardise`.
    date : pandas.Timestamp
        Whose customers are to be scored.

    Returns
    -------
    intercept, coefficients : float, array of (features,)
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
    """One over each deviation, and 0 where there is none: such a feature says nothing."""
    return np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 1e-9)
