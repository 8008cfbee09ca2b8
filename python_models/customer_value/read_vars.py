"""Reads VARS for make: dbt answers an impossible date with a page of Python.

Without arguments it checks that VARS is YAML; with a name and a value it prints VARS with that var.
"""

import json
import os
import sys

import yaml


def fault_of_vars(text: str) -> str | None:
    """What is wrong with variables as YAML, in one line.

    Examples
    --------
    >>> fault_of_vars("{as_of_date: 2024-02-29}")
    >>> fault_of_vars("{as_of_date: 2024-02-30}")
    'VARS cannot be read as YAML: day is out of range for month'
    """
    try:
        yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        return "VARS cannot be read as YAML: " + " ".join(str(error).split())
    return None


def with_var(text: str, name: str, value: str) -> str:
    """Set a var, whatever it was, in variables as YAML.

    Parameters
    ----------
    text : str
        A mapping as YAML, which `fault_of_vars` finds no fault in.
    name, value : str
        The var.

    Returns
    -------
    str
        JSON. Dates become texts, as dbt takes them too.

    Examples
    --------
    >>> with_var("{as_of_date: 2024-02-29, refit: month}", "refit", "never")
    '{"as_of_date": "2024-02-29", "refit": "never"}'
    """
    return json.dumps((yaml.safe_load(text) or {}) | {name: value}, default=str)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(with_var(os.environ["VARS"], *sys.argv[1:]))
    else:
        sys.exit(fault_of_vars(os.environ["VARS"]))
