"""Fits that are kept: an unchanged build makes none, and what is kept equals a new fit."""

import importlib
import re
import sys
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT
from customer_value import kept
from customer_value.frames import bounded_frame

MODELS = sorted(
    path.stem
    for path in (PROJECT / "python_models").glob("fit_*.py")
    if re.search(r"KeptFits\(|training_fits\(", path.read_text())
)


@pytest.fixture
def session(sample_build):
    with duckdb.connect(str(sample_build.folder / "warehouse.duckdb"), read_only=True) as session:
        yield session


def run_model(name: str, session) -> pd.DataFrame:
    """What a Python model returns, as dbt would run it on a warehouse that has been built."""
    dbt = SimpleNamespace(this=name, ref=session.table, config=lambda **settings: None)
    return importlib.import_module(name).model(dbt, session)


def test_there_are_models_that_keep_their_fits():
    assert len(MODELS) == 9


@pytest.mark.parametrize("name", MODELS)
def test_a_build_of_the_same_lines_makes_no_fit(session, name, monkeypatch):
    add = kept.KeptFits.add

    def fail(*arguments):
        raise AssertionError(f"{name} fits {arguments[0]} again")

    monkeypatch.setattr(
        kept.KeptFits, "add", lambda self, fit, *arguments: add(self, fail, *arguments)
    )
    again = run_model(name, session)

    stored = bounded_frame(session.table(name))
    by = [column for column in again if again[column].dtype != "float64"]
    pd.testing.assert_frame_equal(
        again.sort_values(by, ignore_index=True),
        stored[list(again)].sort_values(by, ignore_index=True).astype(again.dtypes),
        check_exact=True,
    )


def test_rows_of_other_code_or_columns_are_not_kept(session, monkeypatch):
    stored = bounded_frame(session.table("fit_season"))
    dbt = SimpleNamespace(this="fit_season")
    no_rows = stored.drop(columns=kept.COLUMN).iloc[:0]
    key = stored[kept.COLUMN].iloc[0]

    assert key in kept.KeptFits(dbt, session, no_rows)._kept
    assert not kept.KeptFits(dbt, session, no_rows.assign(more=1))._kept
    before = kept.fingerprint(1)
    kept._code.cache_clear()
    monkeypatch.setattr(sys, "version", "another")
    assert kept.fingerprint(1) != before
    kept._code.cache_clear()
