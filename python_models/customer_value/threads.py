"""One thread for the arithmetic of fits, so that they end the same on every machine."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def one_thread(fit: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let a function do its linear algebra on one thread, and whatever comes after it too.

    A second thread wins nothing on sums of this size, waits long where the engine is busy, and adds
    up in another order.

    Parameters
    ----------
    fit : callable

    Returns
    -------
    callable
        The same, on one thread.

    Notes
    -----
    The limit stays: it is that of the whole process, in which dbt may fit two models at once. If
    the first to end lifted it (as ``threadpool_limits.wrap`` does), the other would go on with
    more.
    """

    @wraps(fit)
    def limited(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        threadpool_limits(limits=1)
        return fit(*args, **kwargs)

    return limited
