"""Fits that are kept: an unchanged build makes none, and what is kept equals a new fit."""

import importlib
import re
import sys
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest
from conftest import PROJECT, SAMPLE, Build, run_build
from customer_value import kept
from customer_value.frames import bounded_frame

MODELS = sorted(
    path.stem
    for path in (PROJECT / "python_models").glob("fit_*.py")
    if re.search(r"KeptFits\(|training_fits\(", path.read_text())
)

SETTINGS = pd.DataFrame({"refit": ["build"]})


@pytest.fixture
def session(sample_build):
    with duckdb.connect(str(sample_build.folder / "warehouse.duckdb"), read_only=True) as session:
        yield session


def run_model(name: str, session, this: str | None = None) -> pd.DataFrame:
    """What a Python model returns, as dbt would run it on a warehouse that has been built."""
    dbt = SimpleNamespace(this=this or name, ref=session.table, config=lambda **settings: None)
    return importlib.import_module(name).model(dbt, session)


def test_there_are_models_that_keep_their_fits():
    assert len(MODELS) == 10


@pytest.mark.parametrize("name", MODELS)
def test_a_build_of_the_same_lines_makes_no_fit(session, name, monkeypatch):
    add = kept.KeptFits.add

    def fail(*arguments):
        raise AssertionError(f"{name} fits {arguments[0]} again")

    monkeypatch.setattr(
        kept.KeptFits,
        "add",
        lambda self, fit, *arguments, **options: add(self, fail, *arguments, **options),
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

    assert key in kept.KeptFits(dbt, session, SETTINGS, no_rows)._kept
    assert not kept.KeptFits(dbt, session, SETTINGS, no_rows.assign(more=1))._kept
    before = kept.fingerprint(1)
    kept.code.cache_clear()
    monkeypatch.setattr(sys, "version", "another")
    assert kept.fingerprint(1) != before
    kept.code.cache_clear()


def test_a_fit_that_is_not_there_to_score_with_says_what_to_do():
    session = duckdb.connect()
    no_rows = pd.DataFrame({"as_of_date": pd.to_datetime([]), "mean": pd.Series(dtype="float64")})
    never = kept.KeptFits(
        SimpleNamespace(this="fit_mean"),
        session,
        pd.DataFrame({"refit": ["never"]}),
        no_rows,
    )
    with pytest.raises(
        ValueError, match=r"fit_mean has no fit of 2024-12-01, 90 to score with.*: make build"
    ):
        never.add(None, pd.Timestamp("2024-12-01"), 90, no_rows)


@pytest.fixture(scope="module")
def two_days(tmp_path_factory) -> tuple[Build, dict[str, set[str]]]:
    """A build with fits of the month end, then a later day's scores; what was fitted before."""
    folder = tmp_path_factory.mktemp("monthly")
    first = run_build(folder, SAMPLE, variables={"refit": "month", "as_of_date": "2024-12-17"})
    assert first.succeeded, first.output
    fitted = {name: fingerprints(first, name) for name in MODELS}
    second = run_build(folder, SAMPLE, variables={"refit": "never", "as_of_date": "2024-12-19"})
    assert second.succeeded, second.output
    return second, fitted


def fingerprints(built: Build, name: str) -> set[str]:
    return {key for (key,) in built.query(f"select distinct fingerprint from {name}")}


def test_scores_of_a_later_day_need_no_fit_and_have_the_parameters_of_the_month_end(two_days):
    built, fitted = two_days

    assert {name: fingerprints(built, name) for name in MODELS} == fitted
    count = built.value(
        "select count(*) from int_customers__purchase_summary where as_of_date = date '2024-12-19'"
    )
    assert count > 1400
    assert built.query(
        "select as_of_date::varchar, count(clv), count(churn_risk), count(cluster), "
        "count(anomaly_score), count(next_value_tier) from customers group by 1"
    ) == [("2024-12-19", *[count] * 5)]
    for table, columns in [
        ("clv_parameters", "model, clock, alpha"),
        ("fit_anomalies", "feature, location"),
        ("fit_clusters", "cluster, feature, coefficient"),
    ]:
        of_date = f"select {columns} from {table} where as_of_date = date '2024-12-{{}}'"
        assert built.query(f"{of_date.format('01')} order by all") == built.query(
            f"{of_date.format('19')} order by all"
        )
    # Cut-offs are counted from the month end.
    assert built.value("select max(cutoff_date)::varchar from model_metrics") == "2024-09-02"


@pytest.mark.parametrize("name", MODELS)
def test_fits_of_the_month_end_equal_new_ones_on_a_later_day(two_days, name, monkeypatch):
    built, _ = two_days
    with duckdb.connect(str(built.folder / "warehouse.duckdb"), read_only=True) as session:
        stored = bounded_frame(session.table(name))
        init = kept.KeptFits.__init__
        monkeypatch.setattr(
            kept.KeptFits,
            "__init__",
            lambda self, dbt, session, settings, no_rows: init(
                self, dbt, session, SETTINGS, no_rows
            ),
        )
        new = run_model(name, session, this="no_such_table")
    by = [column for column in new if new[column].dtype != "float64"]
    pd.testing.assert_frame_equal(
        new.sort_values(by, ignore_index=True),
        stored[list(new)].sort_values(by, ignore_index=True).astype(new.dtypes),
        check_exact=True,
    )
