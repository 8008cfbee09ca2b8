"""The mathematics behind the fits: pure functions, no dbt, no database."""

import importlib
import threading
from types import ModuleType

_importing = threading.RLock()


def __getattr__(name: str) -> ModuleType:
    """Import a module of this package on its first use, one thread at a time.

    dbt runs Python models in threads, and of two that import scikit-learn at once each may see half
    of it.
    """
    with _importing:
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
