"""Fits the purchase models: BG/NBD and MBG/NBD for orders, Gamma-Gamma for their value.

A customer orders at a rate lambda ~ Gamma(r, alpha) and drops out for good after an order with a
probability p ~ Beta(a, b). In BG/NBD, dropout is possible after repeat orders only; in MBG/NBD also
after the first order. The value of an order is ~ Gamma(p, nu) with nu ~ Gamma(q, gamma), so that
the mean value of a customer's orders is p / nu.

Rows are distinct: a weight gives the number of customers with equal data. SQL scores every customer
with the fitted parameters (macros/purchase_model).

Sources: Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science
24(2), eq. 6 and 7; Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of
models for customer base analysis", IJRM 24(3); Fader and Hardie (2013), "The Gamma-Gamma model of
monetary value", eq. 1a.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from customer_value.threads import one_thread

# The order models, each with how many chances to drop out come before the first repeat order.
DROPOUT_SHIFTS = {"bg_nbd": 0, "mbg_nbd": 1}
ORDER_MODELS = tuple(DROPOUT_SHIFTS)
VALUE_MODEL = "gamma_gamma"
PARAMETERS = {
    **dict.fromkeys(ORDER_MODELS, ("r", "alpha", "a", "b")),
    VALUE_MODEL: ("p", "q", "gamma"),
}

# Fewer repeat buyers do not determine four parameters.
MIN_REPEAT_BUYERS = 20
# A fit has converged if the gradient of the mean log-likelihood, by the logs of the parameters, is
# below ACCEPTED_GRADIENT; or if, at that slope, multiplying a parameter by e would add less than
# NEGLIGIBLE_GAIN to the log-likelihood of all customers.
ACCEPTED_GRADIENT = 1e-5
NEGLIGIBLE_GAIN = 1.0
# Bound of the logs of the parameters, where the search ends if the optimum is 0 or infinite.
MAX_LOG = 10.0
# Starts are compared on a few rows, the best one continues on more rows, and a few Newton steps on
# all rows complete the fit.
ROWS_TO_START_WITH = 2_000
ROWS_TO_FOLLOW = 50_000
RESTARTS = 10
# Significant digits; further ones depend on the order of additions, or come from numerical
# differences, not from the data.
PARAMETER_DIGITS = 8
ERROR_DIGITS = 4
NODE_COUNT = 24
MAX_CUBED = 100.0


@dataclass(frozen=True)
class Fit:
    """The result of fitting a purchase model.

    Attributes
    ----------
    model : str
        ``bg_nbd``, ``mbg_nbd`` or ``gamma_gamma``.
    status : str
        ``ok``, ``at_bound``, ``not_fitted``, ``not_converged`` or ``not_usable``.
    reason : str
        Why the status is not ``ok``; empty where it is.
    parameters : dict of str to float
        By name (`PARAMETERS`); empty if the fit has none.
    standard_errors : dict of str to float
        By name, in the units of the parameters; empty if the fit has none.
    log_likelihood : float or None
        At the end of the search, over all customers of the fit.
    gradient_norm : float or None
        Largest absolute gradient of the mean log-likelihood by the logs of the parameters, at the
        end of the search.
    parameter_variance : float or None
        Mean over customers of the variance of the log of a prediction that is due to the
        uncertainty of the parameters; None where it was not asked for.
    """

    model: str
    status: str
    reason: str
    parameters: dict[str, float] = field(default_factory=dict)
    standard_errors: dict[str, float] = field(default_factory=dict)
    log_likelihood: float | None = None
    gradient_norm: float | None = None
    parameter_variance: float | None = None


def fit_orders(
    repeat_count: np.ndarray,
    last_order_age: np.ndarray,
    age: np.ndarray,
    customer_count: np.ndarray,
    model: str = "bg_nbd",
    horizon: float = 365.0,
    with_variance: bool = True,
) -> Fit:
    """Fit BG/NBD or MBG/NBD by maximum likelihood.

    Parameters
    ----------
    repeat_count, last_order_age, age : arrays of shape (rows,)
        x, t_x and T of each distinct row: order days after the first; time from the first to the
        last order day; time from the first order day to the end of observation. All times have one
        unit (here the day, of the calendar or of operational time), and so has alpha.
    customer_count : array of shape (rows,)
        Number of customers with these three numbers.
    model : str
        ``bg_nbd`` or ``mbg_nbd``.
    horizon : float
        Horizon, in the unit of the times, of the predictions that `Fit.parameter_variance` is
        about.
    with_variance : bool
        Whether to compute `Fit.parameter_variance`, which takes as long as the fit itself.

    Returns
    -------
    Fit
        With status ``ok``; with ``at_bound`` if a parameter ran to 0 or infinity, as those of
        dropout do if nobody drops out (the predictions are valid, standard errors are not given);
        or with ``not_fitted`` or ``not_converged``, the reason, and no parameters.

    Raises
    ------
    ValueError
        If x is negative, t_x is not between 0 and T, or the model is unknown.

    Notes
    -----
    BG/NBD: Fader, Hardie and Lee (2005), eq. 6. MBG/NBD: Batislam, Denizel and Filiztekin (2007).

    Examples
    --------
    >>> rows = [[0, 0, 300], [1, 90, 300], [2, 40, 300], [3, 200, 300], [6, 290, 300]]
    >>> x, t_x, T = np.array(rows).T
    >>> fitted = fit_orders(x, t_x, T, customer_count=np.array([200, 30, 10, 10, 10]))
    >>> fitted.status, {name: round(value, 2) for name, value in fitted.parameters.items()}
    ('ok', {'r': 0.13, 'alpha': 45.47, 'a': 0.54, 'b': 1.35})
    >>> fit_orders(x, t_x, T, customer_count=np.array([200, 2, 1, 1, 1])).status
    'not_fitted'
    """
    if model not in ORDER_MODELS:
        raise ValueError(f"The model {model!r} is none of {', '.join(ORDER_MODELS)}")
    x, t_x, T, weight = (
        np.asarray(values, dtype=float)
        for values in (repeat_count, last_order_age, age, customer_count)
    )
    bad = np.flatnonzero((x < 0) | (t_x < 0) | (t_x > T * (1 + 1e-9)))
    if bad.size:
        row = bad[0]
        raise ValueError(
            f"Row {row} has repeat_count {x[row]:g}, last_order_age {t_x[row]:g} and age "
            f"{T[row]:g}: it must be 0 <= last_order_age <= age"
        )
    reason = _too_thin(x, weight)
    if reason:
        return Fit(model, "not_fitted", reason)

    shift = DROPOUT_SHIFTS[model]
    order = np.lexsort((T, t_x, x))
    data = (x[order], t_x[order], T[order], weight[order])
    scale = np.average(T, weights=weight)
    starts = [(0.5, 0.5 * scale, 0.5, 2.0), (1.0, scale, 1.0, 1.0), (0.2, 0.1 * scale, 0.1, 3.0)]
    return _fit(
        model,
        lambda logs, *rows: _order_loss(logs, shift, *rows),
        starts,
        data,
        predict=(
            (lambda theta, x, t_x, T: expected_orders(theta, shift, x, t_x, T, horizon))
            if with_variance
            else None
        ),
    )


def fit_value(
    repeat_count: np.ndarray,
    mean_repeat_value: np.ndarray,
    customer_count: np.ndarray,
    with_variance: bool = True,
) -> Fit:
    """Fit Gamma-Gamma by maximum likelihood over the repeat buyers.

    Parameters
    ----------
    repeat_count, mean_repeat_value : arrays of shape (rows,)
        x and m of each distinct row: order days after the first, and their mean net revenue. Rows
        with x = 0 or without a positive m are excluded, because the model does not cover the first
        order.
    customer_count : array of shape (rows,)
        Number of customers with these two numbers.
    with_variance : bool
        Whether to compute `Fit.parameter_variance`.

    Returns
    -------
    Fit
        As `fit_orders` returns it; gamma is in the currency of m. The status can also be
        ``not_usable``, without parameters: the mean order value exists only if q > 1.

    Notes
    -----
    Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", eq. 1a.

    Examples
    --------
    >>> x, m = np.array([1, 1, 4, 4, 4]), np.array([10.0, 45.0, 15.0, 25.0, 70.0])
    >>> fitted = fit_value(x, m, customer_count=np.array([20, 20, 20, 20, 20]))
    >>> fitted.status, {name: round(value, 2) for name, value in fitted.parameters.items()}
    ('ok', {'p': 3.83, 'q': 3.44, 'gamma': 22.07})
    """
    x, m, weight = (
        np.asarray(values, dtype=float)
        for values in (repeat_count, mean_repeat_value, customer_count)
    )
    kept = (x > 0) & (m > 0)
    x, m, weight = x[kept], m[kept], weight[kept]
    reason = _too_thin(x, weight)
    if reason:
        return Fit(VALUE_MODEL, "not_fitted", reason)

    # Sort before any sum: another order of additions changes the last digits.
    order = np.lexsort((weight, m, x))
    x, m, weight = x[order], m[order], weight[order]
    # Scale the money, whatever its currency, so that the search starts near 1.
    scale = np.exp(np.average(np.log(m), weights=weight))
    fit = _fit(
        VALUE_MODEL,
        _value_loss,
        [(3.0, 3.0, 2.0), (1.0, 3.0, 2.0), (10.0, 10.0, 2.0)],
        (x, m / scale, weight),
        predict=expected_value if with_variance else None,
        unit={"gamma": scale},
    )
    # The density was computed for scaled money; per unit of money it is divided by the scale.
    log_likelihood = fit.log_likelihood - float(weight.sum() * np.log(scale))
    fit = replace(fit, log_likelihood=round(log_likelihood, 4))
    if fit.parameters and fit.parameters["q"] <= 1:
        reason = f"q is {fit.parameters['q']:.3g}: at most 1, so that a mean value has no mean"
        return replace(fit, status="not_usable", reason=reason, parameters={}, standard_errors={})
    return fit


def fit_date(
    as_of_date: pd.Timestamp,
    purchases: pd.DataFrame,
    values: pd.DataFrame,
    clock: pd.DataFrame,
    models: Sequence[str] = ORDER_MODELS,
    with_variance: bool = True,
) -> list[tuple[pd.Timestamp, str, int, int, Fit]]:
    """Fit the models of one as-of date: order models on each clock, and the value model.

    Parameters
    ----------
    as_of_date : pandas.Timestamp
        Exclusive: the last observed day is the day before.
    purchases : pandas.DataFrame
        Distinct rows: ``repeat_count``, ``last_order_age_days``, ``age_days`` (days),
        ``fitted_customer_count`` (customers in the sample to fit, at least 1), and
        ``all_customer_count`` (customers of all rows of the date, in the sample or not).
    values : pandas.DataFrame
        Distinct rows of that sample: ``repeat_count``, ``mean_repeat_value`` (money),
        ``fitted_customer_count``.
    clock : pandas.DataFrame
        One row per ``clock`` and ``calendar_date``: ``operational_days``, the operational time at
        the end of the day, which is 0 at the end of the last observed day.
    models : sequence of str
        The order models to fit, of `ORDER_MODELS`.
    with_variance : bool
        Whether to compute `Fit.parameter_variance`.

    Returns
    -------
    list of (as_of_date, clock, row_count, customer_count, fit)
        The argument of `parameter_frame`. If only a sample was fitted, the fit's reason says so.

    Raises
    ------
    ValueError
        As `fit_orders` does.
    """
    weight = purchases["fitted_customer_count"]
    last_day = as_of_date - pd.Timedelta(days=1)
    first_day = last_day - pd.to_timedelta(purchases["age_days"], unit="D")
    last_order_day = first_day + pd.to_timedelta(purchases["last_order_age_days"], unit="D")
    fits = []
    done: dict[tuple, Fit] = {}
    for name, days in sorted(clock.groupby("clock"), key=lambda group: group[0]):
        time = days.set_index("calendar_date")["operational_days"]
        first, last = (time.reindex(dates).to_numpy() for dates in (first_day, last_order_day))
        # The engines' sums differ in their last digits, which would change the order of the rows.
        age, last_age = np.round(0.0 - first, 9), np.round(last - first, 9)
        for model in models:
            # A seasonal clock without a season equals the calendar, so that one fit serves both.
            key = (model, age.tobytes(), last_age.tobytes())
            if key not in done:
                done[key] = fit_orders(
                    *(purchases["repeat_count"], last_age, age, weight, model),
                    with_variance=with_variance,
                )
            fits.append((name, purchases, done[key]))
    fit = fit_value(
        *(values["repeat_count"], values["mean_repeat_value"], values["fitted_customer_count"]),
        with_variance=with_variance,
    )
    fits.append(("calendar", values, fit))

    sample = ""
    all_customers = purchases["all_customer_count"].max() if len(purchases) else 0
    if weight.sum() < all_customers:
        sample = f"a sample by hash of {weight.sum():,} of {all_customers:,} customers"
    return [
        (
            *(as_of_date, name, len(rows), int(rows["fitted_customer_count"].sum())),
            replace(fit, reason="; ".join(filter(None, [fit.reason, sample]))),
        )
        for name, rows, fit in fits
    ]


def dropout_nodes(a: float, b: float, count: int = NODE_COUNT) -> tuple[np.ndarray, np.ndarray]:
    """Compute nodes and weights with which a mean over p ~ Beta(a, b) is a weighted sum.

    Parameters
    ----------
    a, b : float
        Both positive. For a customer with x repeat orders, given "alive", b is that of the model
        plus x (plus 1 in MBG/NBD).
    count : int
        Number of nodes.

    Returns
    -------
    nodes, weights : arrays of shape (count,)
        The nodes are ascending, between 0 and 1; the weights add up to 1.

    Notes
    -----
    Gauss-Jacobi quadrature on [0, 1] by the eigenvalues of the recurrence's matrix (Golub and
    Welsch 1969, "Calculation of Gauss quadrature rules", Math. Comp. 23). For b up to `MAX_CUBED`
    it uses the cube root of p, because the averaged function changes most near p = 0, the more so
    the longer the horizon is relative to the observed time.

    The quadrature is valid for any a, b > 0. The hypergeometric function of the closed form is not:
    it has no value at a + b < 1 for one-time buyers, and overflows for heavy buyers.

    Examples
    --------
    >>> nodes, weights = dropout_nodes(2.0, 6.0)
    >>> len(nodes), round(float(nodes @ weights), 9)  # the mean is a / (a + b)
    (24, 0.25)
    """
    # p = v^3 turns Beta(a, b) into Beta(3 a, b) in v, times a factor that is smooth for small b.
    power = 3 if b <= MAX_CUBED else 1
    left, right = b - 1.0, power * a - 1.0
    n = np.arange(1, count)
    total = 2 * n + left + right
    diagonal = np.empty(count)
    diagonal[0] = (right - left) / (left + right + 2)
    diagonal[1:] = (right**2 - left**2) / (total * (total + 2))
    squares = np.empty(count - 1)
    squares[0] = 4 * (1 + left) * (1 + right) / ((left + right + 2) ** 2 * (left + right + 3))
    n, total = n[1:], total[1:]
    squares[1:] = (
        4 * n * (n + left) * (n + right) * (n + left + right)
    ) / (total**2 * (total + 1) * (total - 1))  # fmt: skip
    values, vectors = eigh_tridiagonal(diagonal, np.sqrt(squares))
    values = np.clip((values + 1) / 2, np.finfo(float).tiny ** (1 / 4), 1.0)
    weights = vectors[0] ** 2
    if power == 3:
        weights = weights * (1 + values + values**2) ** left
    return values**power, weights / weights.sum()


def expected_orders(
    theta: Sequence[float],
    shift: int,
    x: np.ndarray,
    t_x: np.ndarray,
    T: np.ndarray,
    horizon: float,
) -> np.ndarray:
    """Compute expected orders within a horizon, E[Y(horizon) | x, t_x, T].

    macros/purchase_model computes the predictions in SQL by the same formula; this function serves
    the parameter variance.

    Parameters
    ----------
    theta : sequence of 4 floats
        r, alpha (unit of the times), a and b.
    shift : int
        1 for MBG/NBD, 0 for BG/NBD: the chances to drop out before the first repeat order.
    x, t_x, T : arrays of shape (rows,)
        As in `fit_orders`.
    horizon : float
        In the unit of the times.

    Returns
    -------
    numpy.ndarray of shape (rows,)
        Expected order days.

    Notes
    -----
    For a customer who is alive at T, and given p, E[Y] is
    (1 - (1 + p horizon / (alpha + T))^-(r + x)) / p. Its mean over p ~ Beta(a, b + x + shift) is
    the sum over `dropout_nodes`, and is multiplied by P(alive at T). The sum replaces the
    hypergeometric function in eq. 10 of Fader, Hardie and Lee (2005).

    Examples
    --------
    >>> theta = (0.243, 4.414, 0.793, 2.426)  # BG/NBD of CDNOW, in weeks
    >>> x, t_x, T = np.array([2]), np.array([30.43]), np.array([38.86])
    >>> expected_orders(theta, 0, x, t_x, T, horizon=39.0).round(3)
    array([1.226])
    """
    r, alpha, a, b = theta
    values = np.empty(len(x))
    for count in np.unique(x):
        rows = x == count
        nodes, weights = dropout_nodes(a, b + count + shift)
        z = np.outer(horizon / (alpha + T[rows]), nodes)
        values[rows] = (-np.expm1(-(r + count) * np.log1p(z)) / nodes) @ weights
    occasions = x + shift
    odds = np.where(
        occasions > 0,
        np.exp(
            np.minimum(
                np.log(a / np.where(occasions > 0, b + occasions - 1, 1.0))
                + (r + x) * (np.log(alpha + T) - np.log(alpha + t_x)),
                700.0,
            )
        ),
        0.0,
    )
    return values / (1 + odds)


def expected_value(theta: Sequence[float], x: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Compute the expected mean value of a customer's orders, E[M | x, m].

    Parameters
    ----------
    theta : sequence of 3 floats
        p, q and gamma (money).
    x, m : arrays of shape (rows,)
        Order days after the first, and their mean net revenue (money).

    Returns
    -------
    numpy.ndarray of shape (rows,)
        Money: p (gamma + x m) / (p x + q - 1).

    Notes
    -----
    Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", eq. 5.

    Examples
    --------
    >>> expected_value((6.25, 3.74, 15.44), np.array([0, 2]), np.array([0.0, 23.0])).round(2)
    array([35.22, 25.2 ])
    """
    p, q, gamma = theta
    return p * (gamma + x * m) / (p * x + q - 1)


def parameter_frame(fits: Sequence[tuple[pd.Timestamp, str, int, int, Fit]]) -> pd.DataFrame:
    """Convert fits into a table, with the same typed columns whatever their status.

    Parameters
    ----------
    fits : sequence of (as_of_date, clock, row_count, customer_count, fit)
        As `fit_date` returns them.

    Returns
    -------
    pandas.DataFrame
        ``as_of_date``, ``model``, ``clock``, ``status``, ``reason``, ``row_count``,
        ``customer_count``, ``log_likelihood``, ``gradient_norm``, ``parameter_variance``,
        ``dropout_shift`` (of an order model), and each parameter with its standard error (``r``,
        ``r_standard_error``, ...); null where the model has none.

    Examples
    --------
    >>> fitted = Fit("gamma_gamma", "ok", "", {"p": 3.8, "q": 3.4, "gamma": 22.1})
    >>> table = parameter_frame([(pd.Timestamp("2024-01-01"), "calendar", 9, 90, fitted)])
    >>> table[["model", "clock", "status", "customer_count", "r", "p", "q", "gamma"]]
             model     clock status  customer_count   r    p    q  gamma
    0  gamma_gamma  calendar     ok              90 NaN  3.8  3.4   22.1
    """
    names = dict.fromkeys(name for model in PARAMETERS.values() for name in model)
    types = {
        "as_of_date": "datetime64[ns]",
        "model": "string",
        "clock": "string",
        "status": "string",
        "reason": "string",
        "row_count": "Int64",
        "customer_count": "Int64",
        "log_likelihood": "float64",
        "gradient_norm": "float64",
        "parameter_variance": "float64",
        "dropout_shift": "float64",
    }
    types |= {column: "float64" for name in names for column in (name, f"{name}_standard_error")}
    rows = [
        {
            "as_of_date": as_of_date,
            "model": fit.model,
            "clock": clock,
            "status": fit.status,
            "reason": fit.reason,
            "row_count": row_count,
            "customer_count": customer_count,
            "log_likelihood": fit.log_likelihood,
            "gradient_norm": fit.gradient_norm,
            "parameter_variance": fit.parameter_variance,
            "dropout_shift": DROPOUT_SHIFTS.get(fit.model),
        }
        | fit.parameters
        | {f"{name}_standard_error": value for name, value in fit.standard_errors.items()}
        for as_of_date, clock, row_count, customer_count, fit in fits
    ]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def node_frame(parameters: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Compute the quadrature of each order model's fit, for each count of repeat orders.

    Parameters
    ----------
    parameters : pandas.DataFrame
        As `parameter_frame` returns it. Rows without parameters of an order model are ignored.
    counts : pandas.DataFrame
        ``as_of_date`` and ``repeat_count``: the counts that occur. 0 is added for future customers.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``model``, ``clock``, ``repeat_count`` and ``node_number`` (1 to
        `NODE_COUNT`), with ``dropout_probability`` (the node) and ``weight``.

    Examples
    --------
    >>> date = pd.Timestamp("2024-01-01")
    >>> theta = {"r": 0.24, "alpha": 31.0, "a": 0.8, "b": 2.4}
    >>> parameters = parameter_frame([(date, "calendar", 9, 90, Fit("bg_nbd", "ok", "", theta))])
    >>> nodes = node_frame(parameters, pd.DataFrame({"as_of_date": [date], "repeat_count": [3]}))
    >>> nodes["repeat_count"].value_counts().sort_index()
    repeat_count
    0    24
    3    24
    Name: count, dtype: Int64
    """
    types = {
        "as_of_date": "datetime64[ns]",
        "model": "string",
        "clock": "string",
        "repeat_count": "Int64",
        "node_number": "Int64",
        "dropout_probability": "float64",
        "weight": "float64",
    }
    fitted = parameters[parameters["model"].isin(ORDER_MODELS) & parameters["a"].notna()]
    fitted = fitted.sort_values(["as_of_date", "model", "clock"])
    occurring = counts.groupby("as_of_date")["repeat_count"].apply(lambda x: sorted({0, *x}))
    keys = [
        (row.as_of_date, row.model, row.clock, x, row.a, row.b + x + DROPOUT_SHIFTS[row.model])
        for row in fitted.itertuples()
        for x in occurring.get(row.as_of_date, [])
    ]
    if not keys:
        return pd.DataFrame(columns=list(types)).astype(types)
    # A seasonal clock without a season has the calendar's parameters.
    quadrature = cache(dropout_nodes)
    quadratures = [quadrature(a, b) for *_, a, b in keys]
    nodes, weights = (np.concatenate(values) for values in zip(*quadratures, strict=True))
    frame = pd.DataFrame(keys, columns=[*list(types)[:4], "a", "b"]).drop(columns=["a", "b"])
    frame = frame.loc[frame.index.repeat(NODE_COUNT)].reset_index(drop=True)
    frame["node_number"] = np.tile(np.arange(1, NODE_COUNT + 1), len(keys))
    return frame.assign(dropout_probability=nodes, weight=weights).astype(types)


def _too_thin(x: np.ndarray, weight: np.ndarray) -> str:
    repeat_buyers = int(weight[x > 0].sum())
    if repeat_buyers >= MIN_REPEAT_BUYERS:
        return ""
    return (
        f"customers who ordered on a second day for some value: {repeat_buyers}; "
        f"the fewest to fit are {MIN_REPEAT_BUYERS}"
    )


@one_thread
def _fit(
    model: str,
    loss: Callable,
    starts: Sequence[Sequence[float]],
    data: tuple[np.ndarray, ...],
    predict: Callable | None,
    unit: dict[str, float] | None = None,
) -> Fit:
    """Minimise the mean negative log-likelihood over the logs of the parameters.

    ``loss(logs, *rows)`` returns it with its gradient. The rows are sorted by their first array,
    and the last one is the weights. ``predict`` is what the parameter variance is about, if
    anything.
    """
    bounds = [(-MAX_LOG, MAX_LOG)] * len(starts[0])

    def minimum(start, rows):
        return minimize(
            loss, start, args=rows, jac=True, method="L-BFGS-B", bounds=bounds,
            options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
        )  # fmt: skip

    fewest, fewer = (_every(data, count) for count in (ROWS_TO_START_WITH, ROWS_TO_FOLLOW))
    best = min((minimum(np.log(start), fewest) for start in starts), key=lambda found: found.fun)
    logs = best.x
    # On a long ridge L-BFGS-B stops early; the next run continues from there.
    for _ in range(RESTARTS):
        found = minimum(logs, fewer)
        logs = found.x
        if np.max(np.abs(found.jac)) < ACCEPTED_GRADIENT:
            break
    logs, value, gradient, hessian = _newton(loss, logs, data, fewer)

    # Where the likelihood is flat, parameters run to a bound, and the predictions hardly change.
    at_bound = np.abs(logs) > MAX_LOG - 0.1
    gradient_norm = float(np.max(np.abs(np.where(at_bound, 0.0, gradient))))
    weight = data[-1].sum()
    figures = {
        "log_likelihood": round(float(-value * weight), 4),
        "gradient_norm": _rounded(gradient_norm, 1) if gradient_norm > 1e-9 else 0.0,
    }
    if gradient_norm > max(ACCEPTED_GRADIENT, NEGLIGIBLE_GAIN / weight):
        reason = f"the gradient is {gradient_norm:.2g} where the search ended"
        return Fit(model, "not_converged", reason, **figures)
    theta = np.exp(logs)
    names = PARAMETERS[model]
    units = np.array([(unit or {}).get(name, 1.0) for name in names])
    # On a ridge, fewer digits are certain than at a sharp maximum.
    digits = PARAMETER_DIGITS if gradient_norm < 1e-9 else ERROR_DIGITS
    parameters = {
        name: _rounded(value, digits) for name, value in zip(names, theta * units, strict=True)
    }
    covariance = _covariance(hessian, weight)
    if at_bound.any() or covariance is None or gradient_norm > ACCEPTED_GRADIENT:
        # Where the likelihood is flat, its curvature gives no valid standard errors.
        unclear = ", ".join(np.array(names)[at_bound]) or "a combination of parameters"
        reason = f"{unclear} cannot be told from 0 or infinity"
        variance = 0.0 if predict else None
        return Fit(model, "at_bound", reason, parameters, **figures, parameter_variance=variance)
    errors = theta * units * np.sqrt(np.diag(covariance))
    variance = None
    if predict:
        variance = _parameter_variance(predict, logs, covariance, _every(data, 1_000))
    return Fit(
        model,
        "ok",
        "",
        parameters,
        {name: _rounded(error, ERROR_DIGITS) for name, error in zip(names, errors, strict=True)},
        **figures,
        parameter_variance=variance,
    )


def _every(data: tuple[np.ndarray, ...], count: int) -> tuple[np.ndarray, ...]:
    """Take at most `count` evenly spaced rows of sorted data."""
    return tuple(values[:: -(-len(data[0]) // count)] for values in data)


def _newton(
    loss: Callable,
    logs: np.ndarray,
    data: tuple[np.ndarray, ...],
    fewer: tuple[np.ndarray, ...],
):
    """Take Newton steps on all rows, as long as each one makes the gradient smaller.

    The Hessian, also for the standard errors, is computed from fewer rows if there are many. That
    changes it by half a percent, and the steps lead to the same optimum.
    """
    value, gradient = loss(logs, *data)
    hessian = _hessian(loss, logs, fewer)
    for _ in range(12):
        # A parameter at its bound stays there; the others are optimised given that.
        free = np.flatnonzero(np.abs(logs) < MAX_LOG)
        if not free.size or np.linalg.eigvalsh(hessian[np.ix_(free, free)])[0] <= 1e-9:
            break
        step = np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
        candidate = logs.copy()
        candidate[free] = np.clip(logs[free] - np.clip(step, -1, 1), -MAX_LOG, MAX_LOG)
        value_there, gradient_there = loss(candidate, *data)
        if np.max(np.abs(gradient_there[free])) >= np.max(np.abs(gradient[free])):
            break
        logs, value, gradient = candidate, value_there, gradient_there
        hessian = _hessian(loss, logs, fewer)
    return logs, value, gradient, hessian


def _hessian(loss: Callable, logs: np.ndarray, data: tuple[np.ndarray, ...]) -> np.ndarray:
    """Compute second derivatives by central differences of the exact gradient."""
    step = 1e-4
    columns = [
        (loss(logs + move, *data)[1] - loss(logs - move, *data)[1]) / (2 * step)
        for move in np.eye(len(logs)) * step
    ]
    return (np.array(columns) + np.array(columns).T) / 2


def _covariance(hessian: np.ndarray, weight: float) -> np.ndarray | None:
    """Compute the covariance of the logs of the parameters; None if the Hessian is singular.

    It is the inverse of the information of all customers, hence the division by their number. The
    covariance of the parameters themselves is outer(theta, theta) times this one.
    """
    if np.linalg.eigvalsh(hessian)[0] <= 1e-10:
        return None
    return np.linalg.inv(hessian) / weight


def _parameter_variance(
    predict: Callable, logs: np.ndarray, covariance: np.ndarray, data: tuple[np.ndarray, ...]
) -> float:
    """Average the variance of the log of a prediction over customers (delta method)."""
    *rows, weight = data
    step = 1e-3
    moves = np.eye(len(logs)) * step
    above = np.array([np.log(predict(np.exp(logs + move), *rows)) for move in moves])
    below = np.array([np.log(predict(np.exp(logs - move), *rows)) for move in moves])
    slopes = (above - below) / (2 * step)
    variances = np.einsum("ir,ij,jr->r", slopes, covariance, slopes)
    usable = np.isfinite(variances)
    if not usable.any():
        return 0.0
    return _rounded(np.average(variances[usable], weights=weight[usable]), ERROR_DIGITS)


def _runs(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As ``np.unique(x, return_inverse=True)``, of values that are sorted already."""
    is_first = np.concatenate([[True], x[1:] != x[:-1]])
    return x[is_first], np.cumsum(is_first) - 1


def _order_loss(logs, shift, x, t_x, T, weight) -> tuple[float, np.ndarray]:
    """Mean negative log-likelihood of BG/NBD (shift 0) or MBG/NBD (shift 1), and its gradient.

    A customer had k = x + shift chances to drop out. The likelihood is that of being alive after
    k chances, plus, if k > 0, that of dropout at the last of them.
    """
    r, alpha, a, b = np.exp(logs)
    # Gamma functions depend on x alone, which has far fewer values than there are rows.
    counts, row = _runs(x)
    k = counts + shift
    can_leave = k > 0
    last = np.where(can_leave, b + k - 1, 1.0)
    log_age, log_last = np.log(alpha + T), np.log(alpha + t_x)
    gap = log_age - log_last
    total = weight.sum()

    constant = (
        gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
        + gammaln(a + b) - gammaln(b) + gammaln(b + k) - gammaln(a + b + k)
    )  # fmt: skip
    log_odds = np.where(can_leave, np.log(a) - np.log(last), -np.inf)[row] + (r + x) * gap
    log_likelihood = constant[row] - (r + x) * log_age + np.logaddexp(0.0, log_odds)
    left = 1.0 / (1.0 + np.exp(-log_odds))

    by_r = (digamma(r + counts) - digamma(r) + np.log(alpha))[row] - log_age + left * gap
    by_alpha = r / alpha - (r + x) * (
        1 / (alpha + T) - left * (1 / (alpha + T) - 1 / (alpha + t_x))
    )
    by_a = (digamma(a + b) - digamma(a + b + k))[row] + left / a
    by_b = (digamma(b + k) - digamma(a + b + k))[row] - digamma(b) + digamma(a + b)
    by_b = by_b - left * np.where(can_leave, 1 / last, 0.0)[row]
    slopes = np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])
    gradient = slopes @ weight
    return -(weight @ log_likelihood) / total, -gradient / total


def _value_loss(logs, x, m, weight) -> tuple[float, np.ndarray]:
    """Mean negative log-likelihood of Gamma-Gamma, and its gradient."""
    p, q, gamma = np.exp(logs)
    counts, row = _runs(x)
    log_sum = np.log(gamma + x * m)
    total = weight.sum()
    log_likelihood = (
        (gammaln(p * counts + q) - gammaln(p * counts) + p * counts * np.log(counts))[row]
        - gammaln(q) + q * np.log(gamma) + (p * x - 1) * np.log(m) - (p * x + q) * log_sum
    )  # fmt: skip
    by_p = x * (
        (digamma(p * counts + q) - digamma(p * counts) + np.log(counts))[row] + np.log(m) - log_sum
    )
    by_q = digamma(p * counts + q)[row] - digamma(q) + np.log(gamma) - log_sum
    by_gamma = q / gamma - (p * x + q) / (gamma + x * m)
    gradient = np.array([p * by_p, q * by_q, gamma * by_gamma]) @ weight
    return -(weight @ log_likelihood) / total, -gradient / total


def _rounded(value: float, digits: int = PARAMETER_DIGITS) -> float:
    return float(f"{value:.{digits}g}")
