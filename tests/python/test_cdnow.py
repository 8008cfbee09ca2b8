"""CDNOW, a public sample of customers: published fits and forecasts from this project's tables."""

from pathlib import Path

import numpy as np
import pytest
from conftest import Build, run_build, write_lines
from purchase_models import BG_NBD, GAMMA_GAMMA, MBG_NBD, cdnow_orders
from scipy.stats import mannwhitneyu

# The first days after the published calibration and holdout periods.
CUTOFF, END = "1997-10-01", "1998-07-01"
COLUMNS = {
    "order_id": None,
    "product_id": None,
    "product_name": None,
    "country": None,
    "quantity": None,
    "customer_id": "customer",
    "ordered_at": "date",
}


def build_cdnow(folder: Path, amount: str, *tables: str, **variables) -> Build:
    orders = cdnow_orders()
    path = folder / "cdnow.csv"
    headers = ["customer", "sample_id", "date", "cds", "dollars"]
    columns = ["customer_id", "sample_id", "ordered_on", "cd_count", "dollars"]
    write_lines(path, orders[columns].to_numpy().tolist(), headers)
    built = run_build(
        folder / "build",
        path,
        *("--select", *(f"+{table}" for table in tables)),
        variables={
            "order_line_columns": COLUMNS | {"unit_price": amount},
            "ordered_at_format": "%Y%m%d",
            "duplicate_lines": "keep",
            "history_months": 1,
            "backtest_cutoffs": 1,
            **variables,
        },
    )
    assert built.succeeded, built.output
    return built


@pytest.fixture(scope="module")
def by_cds(tmp_path_factory) -> Build:
    """Eight customers got CDs for nothing: with CDs as the amount all 2,357 have ordered."""
    return build_cdnow(
        tmp_path_factory.mktemp("by_cds"),
        "cds",
        *("data_quality", "clv_parameters", "model_metrics"),
        as_of_date=END,
        backtest_horizon_days=[273],
        churn_horizon_days=273,
    )


@pytest.fixture(scope="module")
def by_dollars(tmp_path_factory) -> Build:
    return build_cdnow(
        tmp_path_factory.mktemp("by_dollars"),
        "dollars",
        *("clv_parameters", "customers"),
        as_of_date=CUTOFF,
        backtest_horizon_days=[90],
    )


def parameters(built: Build, model: str, names: list[str]) -> tuple:
    [row] = built.query(
        f"select status, {', '.join(names)} from clv_parameters "
        f"where as_of_date = '{CUTOFF}' and model = '{model}' and clock = 'calendar'"
    )
    assert row[0] == "ok"
    return row[1:]


def metrics(built: Build, target: str, model: str) -> dict[str, float]:
    return dict(
        built.query(
            "select metric, value from model_metrics where horizon_days = 273 "
            f"and cutoff_date = '{CUTOFF}' and target = '{target}' and model = '{model}'"
        )
    )


def test_every_row_and_every_customer_is_there(by_cds):
    assert by_cds.line_count("lines") == 6_919
    assert by_cds.query(
        "select customer_count from clv_parameters "
        f"where as_of_date = '{CUTOFF}' and model = 'bg_nbd' and clock = 'calendar'"
    ) == [(2_357,)]
    assert (
        by_cds.value(
            f"select sum(repeat_count) from int_customers__purchase_summary "
            f"where as_of_date = '{CUTOFF}'"
        )
        == 2_457
    )


@pytest.mark.parametrize(
    ("model", "published", "log_likelihood"),
    [("bg_nbd", BG_NBD, -9582.429), ("mbg_nbd", MBG_NBD, -9582.136)],
)
def test_fits_of_orders_are_the_published_ones(by_cds, model, published, log_likelihood):
    *found, likelihood = parameters(by_cds, model, ["r", "alpha", "a", "b", "log_likelihood"])
    r, alpha, a, b = published

    # Here time is in days, there in weeks.
    assert found == pytest.approx([r, 7 * alpha, a, b], rel=1e-4)
    assert likelihood == pytest.approx(log_likelihood - 2_457 * np.log(7), abs=1e-3)


def test_the_standard_errors_of_orders_are_the_published_ones(by_cds):
    names = [f"{name}_standard_error" for name in ["r", "alpha", "a", "b"]]

    assert parameters(by_cds, "bg_nbd", names) == pytest.approx(
        (0.012557, 7 * 0.378221, 0.185733, 0.705406), rel=1e-3
    )


def test_the_fit_of_values_is_the_published_one(by_dollars):
    names = ["p", "q", "gamma"]
    errors = [f"{name}_standard_error" for name in names]

    assert parameters(by_dollars, "gamma_gamma", names) == pytest.approx(GAMMA_GAMMA, rel=1e-4)
    assert parameters(by_dollars, "gamma_gamma", errors) == pytest.approx(
        (1.190, 0.290, 4.160), rel=1e-3
    )
    assert parameters(by_dollars, "gamma_gamma", ["customer_count", "log_likelihood"]) == (
        946,
        pytest.approx(-4055.918, abs=1e-3),
    )


@pytest.mark.parametrize(
    ("model", "published"),
    [
        (
            "bg_nbd",
            {"sum": 1653.4, "mae": 0.7855, "rmse": 1.6080, "correlation": 0.6256, "auc": 0.7725},
        ),
        (
            "mbg_nbd",
            {"sum": 1576.7, "mae": 0.7648, "rmse": 1.6072, "correlation": 0.6273, "auc": 0.7728},
        ),
        ("past_rate", {"sum": 2930.1, "mae": 1.0237, "rmse": 2.2119, "correlation": 0.5839}),
    ],
)
def test_forecasts_of_the_holdout_are_as_good_as_published(by_cds, model, published):
    found = metrics(by_cds, "orders", model)
    found["sum"] = found["sum_ratio"] * 1_882

    assert found["sum"] == pytest.approx(published.pop("sum"), abs=0.05)
    for metric, value in published.items():
        assert found[metric] == pytest.approx(value, abs=5e-5), metric


def test_recency_alone_tells_who_comes_back_as_well_as_published(by_cds):
    rows = by_cds.query("select recency_days, actual_orders from int_backtest__customers")
    recency, orders = np.array(rows).T
    came_back = orders > 0

    assert orders.sum() == 1_882
    later = mannwhitneyu(recency[~came_back], recency[came_back])
    auc = later.statistic / came_back.sum() / (~came_back).sum()
    assert auc == pytest.approx(0.7714, abs=5e-5)


def test_customers_of_cdnow_have_a_finite_value_with_its_interval(by_dollars):
    [(count, total)] = by_dollars.query(
        "select count(*), sum(clv) from customers "
        "where isfinite(clv) and clv_lower >= 0 and clv_lower <= clv_upper "
        "and p_alive between 0 and 1 and churn_risk between 0 and 1"
    )

    # All but the eight who got their CDs for nothing.
    assert count == 2_349
    assert total > 0
