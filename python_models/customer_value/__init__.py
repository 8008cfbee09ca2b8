"""The project's Python: the mathematics of the fits, the inspection of inputs, the simulation.

The mathematics are pure functions: they need neither dbt nor a database.
"""

import importlib
import threading
from types import ModuleType

_importing = threading.RLock()


def __getattr__(name: str) -> ModuleType:
    """Import a module of this package on its first use, one thread at a time.

    dbt runs Python models in threads. If two of them import scikit-learn at the same time, each may
    see a module that is not fully imported.
    """
    with _importing:
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
