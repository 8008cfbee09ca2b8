"""Fits stay on one thread, whatever else goes on in the process."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import scipy.linalg  # noqa: F401, brings linear algebra that has threads
from customer_value.threads import one_thread
from threadpoolctl import threadpool_info, threadpool_limits


@pytest.fixture(autouse=True)
def four_threads():
    """Four threads for linear algebra, which any fit may limit: who had set them is gone."""
    with ThreadPoolExecutor(1) as gone:
        gone.submit(threadpool_limits, limits=4).result()
    yield
    with ThreadPoolExecutor(1) as gone:
        gone.submit(threadpool_limits, limits=1).result()


def threads_of_linear_algebra() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_fit_has_one_thread():
    assert threads_of_linear_algebra() == {4}

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(one_thread(threads_of_linear_algebra)).result() == {1}


def test_a_fit_that_ends_leaves_one_that_goes_on_with_one_thread():
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

        assert second.result() == {1}
