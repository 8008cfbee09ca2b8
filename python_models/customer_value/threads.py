"""Limits the arithmetic of fits to one thread, so that results are the same on every machine."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def one_thread(fit: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Limit the linear algebra of a function, and of everything after it, to one thread.

    A second thread does not speed up sums of this size, waits long while the engine is busy, and
    adds up in another order.

    Parameters
    ----------
    fit : callable
        The function to wrap.

    Returns
    -------
    callable
        The same function; each call first limits the process to one thread.

    Notes
    -----
    The limit is not lifted afterwards, because it applies to the whole process, in which dbt may
    run two fits at once. If the first to end lifted it (as ``threadpool_limits.wrap`` does), the
    other would continue with several threads.

    Examples
    --------
    >>> @one_thread
    ... def total(values):
    ...     return sum(values)
    >>> total([1, 2, 3])
    6
    """

    @wraps(fit)
    def limited(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        threadpool_limits(limits=1)
        return fit(*args, **kwargs)

    return limited
