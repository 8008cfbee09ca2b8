"""Fits of the purchase models: BG/NBD and MBG/NBD for orders, Gamma-Gamma for their value.

A customer orders at a rate lambda ~ Gamma(r, alpha) and may leave for good after each order, with a
probability p ~ Beta(a, b). In BG/NBD nobody leaves after the first order, in MBG/NBD one can. The
mean value of a customer's orders is p / nu with nu ~ Gamma(q, gamma), each order's ~ Gamma(p, nu).

Rows are distinct: customers with equal data count by their weight. What is fitted here is scored
for every customer in SQL (macros/clv).

Sources: Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science
24(2), eq. 6 and 7; Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of
models for customer base analysis", IJRM 24(3); Fader and Hardie (2013), "The Gamma-Gamma model of
monetary value", eq. 1a.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from customer_value.threads import one_thread

ORDER_MODELS = ("bg_nbd", "mbg_nbd")
VALUE_MODEL = "gamma_gamma"
PARAMETERS = {
    "bg_nbd": ("r", "alpha", "a", "b"),
    "mbg_nbd": ("r", "alpha", "a", "b"),
    "gamma_gamma": ("p", "q", "gamma"),
}

# Fewer repeat buyers say next to nothing about four parameters.
MIN_REPEAT_BUYERS = 20
# A gradient of the mean log-likelihood, in logs of the parameters, that counts as none; so does one
# by which a parameter times e would add so little to the log-likelihood of all customers.
ACCEPTED_GRADIENT = 1e-5
NEGLIGIBLE_GAIN = 1.0
# Where the best parameters are 0 or infinite, the search ends here (logs).
MAX_LOG = 10.0
# Starts are compared on some rows, the best is followed on more; a few steps on all complete it.
ROWS_TO_START_WITH = 2_000
ROWS_TO_FOLLOW = 50_000
RESTARTS = 10
# Digits beyond these come from the order of additions, or of differences, not from the data.
PARAMETER_DIGITS = 8
ERROR_DIGITS = 4
NODE_COUNT = 24
MAX_CUBED = 100.0


@dataclass(frozen=True)
class Fit:
    """What came of a fit. Parameters and standard errors are by name, empty where none came."""

    model: str
    status: str
    reason: str
    parameters: dict[str, float] = field(default_factory=dict)
    standard_errors: dict[str, float] = field(default_factory=dict)
    log_likelihood: float | None = None
    gradient_norm: float | None = None
    parameter_variance: float | None = None
    """Mean variance of the log of a prediction that the parameters' uncertainty makes."""


def fit_orders(
    repeat_count: np.ndarray,
    last_order_age: np.ndarray,
    age: np.ndarray,
    customer_count: np.ndarray,
    model: str = "bg_nbd",
    horizon: float = 365.0,
) -> Fit:
    """Maximum likelihood of BG/NBD or MBG/NBD.

    Parameters
    ----------
    repeat_count, last_order_age, age : arrays of equal length
        x, t_x and T of each distinct row: order days after the first; time from the first to the
        last; time from the first to the end of observation. Times are in one unit (here the day, of
        the calendar or of operational time); alpha comes out in the same.
    customer_count : array
        How many customers have these three numbers.
    model : str
        ``bg_nbd`` or ``mbg_nbd``.
    horizon : float
        How far ahead the predictions look of which the parameter variance speaks.

    Returns
    -------
    Fit
        Its status is ``ok``; ``at_bound`` where a parameter ran to 0 or to infinity, as that of
        leaving does where nobody leaves (the predictions hold, the standard errors do not);
        ``not_fitted`` or ``not_converged``, with the reason and without parameters.

    Raises
    ------
    ValueError
        If x is negative, or t_x is not between 0 and T, or the model is not known.
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

    shift = dropout_shift(model)
    order = np.lexsort((T, t_x, x))
    data = (x[order], t_x[order], T[order], weight[order])
    scale = np.average(T, weights=weight)
    starts = [(0.5, 0.5 * scale, 0.5, 2.0), (1.0, scale, 1.0, 1.0), (0.2, 0.1 * scale, 0.1, 3.0)]
    return _fit(
        model,
        lambda logs, *rows: _order_loss(logs, shift, *rows),
        starts,
        data,
        predict=lambda theta, x, t_x, T: expected_orders(theta, shift, x, t_x, T, horizon),
    )


def fit_value(
    repeat_count: np.ndarray, mean_repeat_value: np.ndarray, customer_count: np.ndarray
) -> Fit:
    """Maximum likelihood of Gamma-Gamma over the repeat buyers.

    Parameters
    ----------
    repeat_count, mean_repeat_value : arrays of equal length
        x and m of each distinct row: order days after the first, and their mean net revenue. Rows
        with x = 0 or without a positive m are left out: the first order is not of the model.
    customer_count : array
        How many customers have these two numbers.

    Returns
    -------
    Fit
        As of `fit_orders`; gamma is in the currency of m. Also ``not_usable``: a mean value exists
        for q > 1 only.
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

    # Before anything is added up: a sum in another order has other last digits.
    order = np.lexsort((weight, m, x))
    x, m, weight = x[order], m[order], weight[order]
    # Money of any currency, and of any size: the search begins near 1.
    scale = np.exp(np.average(np.log(m), weights=weight))
    fit = _fit(
        VALUE_MODEL,
        _value_loss,
        [(3.0, 3.0, 2.0), (1.0, 3.0, 2.0), (10.0, 10.0, 2.0)],
        (x, m / scale, weight),
        predict=expected_value,
        unit={"gamma": scale},
    )
    # A density in the unit of money is smaller by that unit.
    log_likelihood = fit.log_likelihood - float(weight.sum() * np.log(scale))
    fit = replace(fit, log_likelihood=round(log_likelihood, 4))
    if fit.parameters and fit.parameters["q"] <= 1:
        reason = f"q is {fit.parameters['q']:.3g}: at most 1, so that a mean value has no mean"
        return replace(fit, status="not_usable", reason=reason, parameters={}, standard_errors={})
    return fit


def fit_date(
    as_of_date: pd.Timestamp, purchases: pd.DataFrame, values: pd.DataFrame, clock: pd.DataFrame
) -> list[tuple[pd.Timestamp, str, int, int, Fit]]:
    """All fits of one as-of date: each order model on each clock, and the value model.

    Parameters
    ----------
    as_of_date : pandas.Timestamp
        Exclusive: the last observed day is the day before.
    purchases : pandas.DataFrame
        Distinct rows: ``repeat_count``, ``last_order_age_days``, ``age_days``,
        ``fitted_customer_count`` (those in the sample to fit, at least 1), and
        ``all_customer_count`` (of all rows of the date, in the sample or not).
    values : pandas.DataFrame
        Distinct rows of that sample: ``repeat_count``, ``mean_repeat_value``,
        ``fitted_customer_count``.
    clock : pandas.DataFrame
        ``clock``, ``calendar_date`` and ``operational_days``: the time at the day's end, 0 at that
        of the last observed day.

    Returns
    -------
    list of (as_of_date, clock, row_count, customer_count, fit)
        For `parameter_frame`. A sample is said in the fit's reason.
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
        # Engines add up days to different last digits, by which rows would be sorted differently.
        age, last_age = np.round(0.0 - first, 9), np.round(last - first, 9)
        for model in ORDER_MODELS:
            # A clock without a season is the calendar's: its fit need not be repeated.
            key = (model, age.tobytes(), last_age.tobytes())
            if key not in done:
                done[key] = fit_orders(purchases["repeat_count"], last_age, age, weight, model)
            fits.append((name, purchases, done[key]))
    fit = fit_value(
        values["repeat_count"], values["mean_repeat_value"], values["fitted_customer_count"]
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


def dropout_shift(model: str) -> int:
    """How many occasions to leave come before the first repeat order: 1 in MBG/NBD, else 0."""
    return 1 if model == "mbg_nbd" else 0


def dropout_nodes(a: float, b: float, count: int = NODE_COUNT) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights by which a mean over p ~ Beta(a, b) is a sum.

    Gauss-Jacobi quadrature on [0, 1] by the eigenvalues of the recurrence's matrix (Golub and
    Welsch 1969, "Calculation of Gauss quadrature rules", Math. Comp. 23), in the cube root of p for
    the smaller b: what is averaged changes most near p = 0, the more so the longer the horizon is
    for the time observed. It holds for any a, b > 0. The hypergeometric function of the closed form
    does not: it has no value at a + b < 1 for one-time buyers, and overflows for heavy buyers.

    Parameters
    ----------
    a, b : float
        Both positive; for a customer of x repeat orders, b + x (+ 1 in MBG/NBD) given "alive".
    count : int
        How many nodes.

    Returns
    -------
    (nodes, weights) : two arrays of length `count`
        The nodes lie between 0 and 1, rising; the weights add up to 1.
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
    """E[Y(horizon) | x, t_x, T], as macros/clv has it in SQL; here for the parameter variance.

    With the customer alive at T and given p, E[Y] is (1 - (1 + p t / (alpha + T))^-(r + x)) / p;
    its mean over p ~ Beta(a, b + x + shift) is the sum over `dropout_nodes`.
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
    """E[M | x, m], the mean value of a customer's orders: p (gamma + x m) / (p x + q - 1)."""
    p, q, gamma = theta
    return p * (gamma + x * m) / (p * x + q - 1)


def parameter_frame(fits: Sequence[tuple[pd.Timestamp, str, int, int, Fit]]) -> pd.DataFrame:
    """One row per fit, with the same typed columns whatever came of them.

    Parameters
    ----------
    fits : sequence of (as_of_date, clock, row_count, customer_count, fit)

    Returns
    -------
    pandas.DataFrame
        ``as_of_date``, ``model``, ``clock``, ``status``, ``reason``, ``row_count``,
        ``customer_count``, ``log_likelihood``, ``gradient_norm``, ``parameter_variance``, and
        each parameter with its standard error (``r``, ``r_standard_error``, ...); null where the
        model has none.
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
        }
        | fit.parameters
        | {f"{name}_standard_error": value for name, value in fit.standard_errors.items()}
        for as_of_date, clock, row_count, customer_count, fit in fits
    ]
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def node_frame(parameters: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """The quadrature of every fit of an order model, for each count of repeat orders that occurs.

    Parameters
    ----------
    parameters : pandas.DataFrame
        As `parameter_frame` makes it.
    counts : pandas.DataFrame
        ``as_of_date`` and ``repeat_count``: those that occur; 0 is added for customers to come.

    Returns
    -------
    pandas.DataFrame
        One row per ``as_of_date``, ``model``, ``clock``, ``repeat_count`` and ``node_number``, with
        ``dropout_probability`` (the node) and ``weight``.
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
        (row.as_of_date, row.model, row.clock, x, row.a, row.b + x + dropout_shift(row.model))
        for row in fitted.itertuples()
        for x in occurring.get(row.as_of_date, [])
    ]
    if not keys:
        return pd.DataFrame(columns=list(types)).astype(types)
    quadratures = [dropout_nodes(a, b) for *_, a, b in keys]
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
    predict: Callable,
    unit: dict[str, float] | None = None,
) -> Fit:
    """Minimise the mean negative log-likelihood over the logs of the parameters.

    ``loss(logs, *rows)`` returns it with its gradient; the last of the rows are their weights.
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
    # On a long ridge a search ends early; from there the next one goes on.
    for _ in range(RESTARTS):
        found = minimum(logs, fewer)
        logs = found.x
        if np.max(np.abs(found.jac)) < ACCEPTED_GRADIENT:
            break
    logs, value, gradient, hessian = _newton(loss, logs, data, fewer)

    # Where the likelihood is flat the search runs on, and the predictions stay as good as they are.
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
    # A ridge leaves fewer digits to be sure of than a summit.
    digits = PARAMETER_DIGITS if gradient_norm < 1e-9 else ERROR_DIGITS
    parameters = {
        name: _rounded(value, digits) for name, value in zip(names, theta * units, strict=True)
    }
    covariance = _covariance(hessian, weight)
    if at_bound.any() or covariance is None or gradient_norm > ACCEPTED_GRADIENT:
        # Where the likelihood is flat, its curvature measures nothing.
        unclear = ", ".join(np.array(names)[at_bound]) or "a combination of parameters"
        reason = f"{unclear} cannot be told from 0 or infinity"
        return Fit(model, "at_bound", reason, parameters, **figures, parameter_variance=0.0)
    errors = theta * units * np.sqrt(np.diag(covariance))
    return Fit(
        model,
        "ok",
        "",
        parameters,
        {name: _rounded(error, ERROR_DIGITS) for name, error in zip(names, errors, strict=True)},
        **figures,
        parameter_variance=_parameter_variance(predict, logs, covariance, _every(data, 1_000)),
    )


def _every(data: tuple[np.ndarray, ...], count: int) -> tuple[np.ndarray, ...]:
    """At most so many rows, evenly from all; these are sorted by what they hold."""
    return tuple(values[:: -(-len(data[0]) // count)] for values in data)


def _newton(
    loss: Callable,
    logs: np.ndarray,
    data: tuple[np.ndarray, ...],
    fewer: tuple[np.ndarray, ...],
):
    """Newton's steps to where all rows' gradient is none, as far as each makes it smaller.

    The curvature, also that of the standard errors, is taken from fewer rows where there are many:
    it changes by half a percent, and the steps lead to the same place.
    """
    value, gradient = loss(logs, *data)
    hessian = _hessian(loss, logs, fewer)
    for _ in range(12):
        # A parameter at its bound stays there, and the others find their best beside it.
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
    """Second derivatives by central differences of the exact gradient."""
    step = 1e-4
    columns = [
        (loss(logs + move, *data)[1] - loss(logs - move, *data)[1]) / (2 * step)
        for move in np.eye(len(logs)) * step
    ]
    return (np.array(columns) + np.array(columns).T) / 2


def _covariance(hessian: np.ndarray, weight: float) -> np.ndarray | None:
    """Covariance of the logs of the parameters: the inverse information. None where it is singular.

    In the parameters themselves it is outer(theta, theta) times this, which is the corrected form:
    symmetric, and for the sum over customers, not for their mean.
    """
    if np.linalg.eigvalsh(hessian)[0] <= 1e-10:
        return None
    return np.linalg.inv(hessian) / weight


def _parameter_variance(
    predict: Callable, logs: np.ndarray, covariance: np.ndarray, data: tuple[np.ndarray, ...]
) -> float:
    """Mean over customers of the variance of the log of a prediction (delta method)."""
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


def _order_loss(logs, shift, x, t_x, T, weight) -> tuple[float, np.ndarray]:
    """Mean negative log-likelihood of BG/NBD (shift 0) or MBG/NBD (shift 1), and its gradient.

    A customer had k = x + shift occasions to leave. The likelihood is that of being alive, having
    stayed k times, plus, where k > 0, that of having left at the last of them.
    """
    r, alpha, a, b = np.exp(logs)
    # Gamma functions are of x alone: far fewer values than rows.
    counts, row = np.unique(x, return_inverse=True)
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
    counts, row = np.unique(x, return_inverse=True)
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
