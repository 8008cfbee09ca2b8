"""Fits stay on one thread, whatever else goes on in the process."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Event

import scipy.linalg  # noqa: F401, brings linear algebra that has threads
from customer_value.threads import one_thread
from threadpoolctl import threadpool_info, threadpool_limits


def threads_of_linear_algebra() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def with_four_threads(function: Callable[[], set[int]]) -> set[int]:
    """What a function returns in a process of its own, where linear algebra has four threads."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_after_setting_four, function).result()


def _after_setting_four(function: Callable[[], set[int]]) -> set[int]:
    # By a thread that is gone then: only one that lives may set the limit again.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(threadpool_limits, limits=4).result()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def in_a_fit() -> set[int]:
    return one_thread(threads_of_linear_algebra)()


def in_a_fit_while_another_ends() -> set[int]:
    has_begun, has_company, has_ended = Event(), Event(), Event()

    @one_thread
    def short():
        has_begun.set()
        assert has_company.wait(10)

    @one_thread
    def long():
        has_company.set()
        assert has_ended.wait(10)
        return threads_of_linear_algebra()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(short)
        assert has_begun.wait(10)
        second = pool.submit(long)
        first.result()
        has_ended.set()
        return second.result()


def test_a_fit_has_one_thread():
    assert with_four_threads(threads_of_linear_algebra) == {4}
    assert with_four_threads(in_a_fit) == {1}


def test_a_fit_that_ends_leaves_one_that_goes_on_with_one_thread():
    assert with_four_threads(in_a_fit_while_another_ends) == {1}
