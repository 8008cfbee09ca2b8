"""Checks for make that VARS is YAML: dbt answers an impossible date with a page of Python."""

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


if __name__ == "__main__":
    sys.exit(fault_of_vars(os.environ["VARS"]))
