from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from customer_value import simulation
from customer_value.simulation import Settings
from hypothesis import given, settings
from hypothesis import strategies as st

SAMPLE = Path(__file__).parents[2] / "seeds" / "sample" / "sample_order_lines.csv"
FLAT = (1.0,) * 12
NO_WARTS = {"return_rate": 0.0, "broken_line_count": 0, "duplicate_rate": 0.0, "guest_share": 0.0}
MERCHANDISE = r"^\d{5}[A-C]?$"


def lines_and_truth(wanted: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    chunks = list(simulation.simulate(wanted))
    return tuple(pd.concat(frames, ignore_index=True) for frames in zip(*chunks, strict=True))


def typed(lines: pd.DataFrame) -> pd.DataFrame:
    """Readable lines, each once: numbers, times and kinds under short names."""
    columns = {
        "invoice": lines["Invoice"].astype(object),
        "product": lines["StockCode"].astype(object),
        "customer": lines["Customer ID"].astype(object),
        "quantity": pd.to_numeric(lines["Quantity"].astype(object), errors="coerce"),
        "price": pd.to_numeric(lines["Price"].astype(object), errors="coerce"),
        "at": pd.to_datetime(lines["InvoiceDate"].astype(object), errors="coerce"),
    }
    readable = pd.DataFrame(columns).dropna(
        subset=["invoice", "product", "quantity", "price", "at"]
    )
    return (
        readable[readable["price"] >= 0]
        .drop_duplicates()
        .assign(
            is_cancellation=lambda frame: frame["invoice"].str.startswith("C"),
            is_merchandise=lambda frame: frame["product"].str.match(MERCHANDISE),
        )
    )


def merchandise_sales(lines: pd.DataFrame) -> pd.DataFrame:
    frame = typed(lines)
    return frame[frame["is_merchandise"] & (frame["quantity"] > 0) & (frame["price"] > 0)]


@pytest.fixture(scope="module")
def sample() -> tuple[pd.DataFrame, pd.DataFrame]:
    return lines_and_truth(Settings())


@pytest.fixture(scope="module", params=[False, True], ids=["bg_nbd", "mbg_nbd"])
def crowd(request) -> tuple[Settings, pd.DataFrame, pd.DataFrame]:
    wanted = Settings(
        customer_count=20_000, season=FLAT, first_order_may_be_last=request.param, **NO_WARTS
    )
    return wanted, *lines_and_truth(wanted)


# --- the file ---------------------------------------------------------------------------------


def test_the_seed_file_is_what_the_module_writes_byte_for_byte(tmp_path):
    simulation.write(Settings(), tmp_path / "lines.csv")

    assert (tmp_path / "lines.csv").read_bytes() == SAMPLE.read_bytes()


def test_the_seed_file_reads_back_as_the_simulated_lines(sample):
    read = pd.read_csv(SAMPLE, dtype=str, keep_default_na=False)

    assert ",".join(read.columns) == (
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
    )
    pd.testing.assert_frame_equal(read, sample[0].astype(object).fillna(""))


def test_the_seed_file_is_small_and_has_unix_line_ends():
    content = SAMPLE.read_bytes()

    assert len(content) < 3_000_000
    assert b"\r" not in content


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_every_format_holds_the_same_lines_and_repeats_to_the_byte(tmp_path, suffix):
    wanted = Settings(customer_count=90, chunk_size=40)
    paths = [tmp_path / folder / f"lines{suffix}" for folder in ("one", "two")]
    for path in paths:
        simulation.write(wanted, path, path.with_name(f"truth{suffix}"))

    read = (
        pd.read_parquet(paths[0])
        if suffix == ".parquet"
        else pd.read_csv(paths[0], dtype=str, keep_default_na=False)
    )
    expected = lines_and_truth(wanted)[0]
    pd.testing.assert_frame_equal(
        read.astype(object).fillna(""), expected.astype(object).fillna("")
    )
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_truth_file_holds_times_and_nulls(tmp_path):
    wanted = Settings(customer_count=90, chunk_size=40)
    for suffix in (".csv", ".parquet"):
        simulation.write(wanted, tmp_path / "lines.csv", tmp_path / f"truth{suffix}")

    dates = ["acquired_at", "dropped_out_at"]
    from_csv = pd.read_csv(tmp_path / "truth.csv", parse_dates=dates, dtype={"customer_id": str})
    from_parquet = pd.read_parquet(tmp_path / "truth.parquet")
    assert len(from_csv) == 90
    assert from_csv["dropped_out_at"].isna().any()
    from_csv[dates] = from_csv[dates].astype("datetime64[s]")
    from_parquet[dates] = from_parquet[dates].astype("datetime64[s]")
    pd.testing.assert_frame_equal(from_csv, from_parquet, check_dtype=False)


def test_the_command_line_writes_what_its_options_say(tmp_path):
    path, expected = tmp_path / "lines.csv", tmp_path / "expected.csv"
    options = ["--customers", "30", "--seed", "5", "--start", "2022-03-01", "--end", "2022-09-01"]
    simulation.main(["--output", str(path), *options])
    simulation.write(
        Settings(customer_count=30, seed=5, start_date=date(2022, 3, 1), end_date=date(2022, 9, 1)),
        expected,
    )

    assert path.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize(
    ("file_name", "options", "message"),
    [
        ("lines.xlsx", [], "lines.xlsx"),
        ("lines.csv", ["--customers", "0"], "customer_count"),
        ("lines.csv", ["--start", "2023-02-30"], "--start: '2023-02-30' is not a date"),
    ],
)
def test_the_command_line_explains_what_is_wrong(tmp_path, capsys, file_name, options, message):
    with pytest.raises(SystemExit):
        simulation.main(["--output", str(tmp_path / file_name), *options])

    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_long_runs_report_progress_on_stderr(tmp_path, capsys):
    simulation.write(Settings(customer_count=50, chunk_size=20), tmp_path / "lines.csv")

    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(",")[0] for line in printed.err.splitlines()] == [
        "20 of 50 customers",
        "40 of 50 customers",
        "50 of 50 customers",
    ]


# --- streams and chunks -----------------------------------------------------------------------


def test_equal_settings_give_equal_lines_and_another_seed_gives_others():
    first, again, other = (
        lines_and_truth(Settings(customer_count=100, seed=seed))[0] for seed in (1, 1, 2)
    )

    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_chunks_hold_no_more_customers_than_asked_and_differ_from_one_another():
    chunks = list(simulation.simulate(Settings(customer_count=250, chunk_size=100)))

    assert [len(truth) for _, truth in chunks] == [100, 100, 50]
    first, second = (truth["purchase_rate"].tolist() for _, truth in chunks[:2])
    assert first != second
    customers = pd.concat([truth["customer_id"] for _, truth in chunks])
    assert customers.is_unique
    invoices = [set(lines["Invoice"].dropna()) for lines, _ in chunks]
    assert not invoices[0] & invoices[1]
    assert not invoices[1] & invoices[2]


def test_chunks_are_made_one_at_a_time():
    lines, truth = next(simulation.simulate(Settings(customer_count=10**9, chunk_size=500)))

    assert len(truth) == 500
    assert len(lines) > len(truth)


def test_lines_are_sorted_by_time_within_a_chunk(sample):
    lines = sample[0]
    is_broken = ~lines["InvoiceDate"].fillna("").str.match(r"^20\d\d-(0[13-9]|1|02-[012])")

    assert lines.loc[~is_broken, "InvoiceDate"].is_monotonic_increasing
    assert is_broken.sum() == 3


# --- the models -------------------------------------------------------------------------------


def hypergeometric(a: float, b: float, c: float, z: np.ndarray) -> np.ndarray:
    """Gauss's 2F1 by its series, which converges for 0 <= z < 1."""
    n = np.arange(3_000)
    factors = (a + n) * (b + n) / ((c + n) * (1 + n))
    coefficients = np.concatenate([[1.0], np.cumprod(factors)])
    return np.polynomial.polynomial.polyval(z, coefficients)


def theory(wanted: Settings) -> tuple[float, float]:
    """Share of one-time buyers and mean repeat orders, averaged over the days observed.

    BG/NBD: Fader, Hardie & Lee (2005), P(X(t) = 0) and E[X(t)]. MBG/NBD: a share of a / (a + b)
    leaves at once; for the others the probability is Beta(a, b + 1) and BG/NBD holds.
    """
    days = (wanted.end_date - wanted.start_date).days
    t = (np.arange(days) + 0.5)[:: days // 100]
    r, alpha, a = wanted.r, wanted.alpha, wanted.a
    stays, b = 1.0, wanted.b
    if wanted.first_order_may_be_last:
        stays, b = b / (a + b), b + 1
    none = (alpha / (alpha + t)) ** r
    series = hypergeometric(r, b, a + b - 1, t / (alpha + t))
    repeats = (a + b - 1) / (a - 1) * (1 - none * series)
    return (1 - stays + stays * none).mean(), stays * repeats.mean()


def test_one_time_buyers_and_repeat_orders_agree_with_the_theory(crowd):
    wanted, _, truth = crowd
    one_time_share, mean_repeats = theory(wanted)
    repeats = truth["order_count"] - 1

    error = np.sqrt(one_time_share * (1 - one_time_share) / len(truth))
    assert (repeats == 0).mean() == pytest.approx(one_time_share, abs=3 * error)
    assert repeats.mean() == pytest.approx(mean_repeats, abs=3 * repeats.std() / len(truth) ** 0.5)


def test_repeat_orders_agree_with_each_customers_own_rate_and_dropout(crowd):
    wanted, _, truth = crowd
    observed = (pd.Timestamp(wanted.end_date) - truth["acquired_at"]) / pd.Timedelta(days=1)
    rate, dropout = truth["purchase_rate"], truth["dropout_probability"]
    # E[X(t) | lambda, p] of the BG/NBD paper; times 1 - p when the first order can be the last.
    expected = -np.expm1(-rate * dropout * observed) / dropout
    if wanted.first_order_may_be_last:
        expected *= 1 - dropout
    residual = truth["order_count"] - 1 - expected

    # Over all customers, and among those who are expected to order little or much.
    for fifth in (slice(None), *np.array_split(np.argsort(expected.to_numpy()), 5)):
        some = residual.iloc[fifth]
        assert abs(some.mean()) < 3.5 * some.std() / len(some) ** 0.5


def test_the_mean_order_value_is_that_of_gamma_gamma(crowd):
    wanted, lines, truth = crowd
    sales = merchandise_sales(lines)
    value = (sales["quantity"] * sales["price"]).groupby(sales["customer"]).sum()
    mean = value / truth.set_index("customer_id")["order_count"]

    expected = wanted.p * wanted.gamma / (wanted.q - 1)
    assert mean.mean() == pytest.approx(expected, rel=0.03)
    assert truth["mean_order_value"].mean() == pytest.approx(expected, rel=0.03)
    own = truth.set_index("customer_id")["mean_order_value"]
    assert np.corrcoef(np.log(mean), np.log(own.loc[mean.index]))[0, 1] > 0.7


def test_lines_add_up_to_the_order_value_as_nearly_as_whole_units_allow():
    # Shapes this large leave every order worth 40.00, give or take a few pence.
    wanted = Settings(customer_count=300, p=1e8, q=1e8, gamma=40.0, **NO_WARTS)
    sales = merchandise_sales(lines_and_truth(wanted)[0])

    value = (sales["quantity"] * sales["price"]).groupby(sales["invoice"]).sum()
    cheapest = sales.groupby("invoice")["price"].min()
    assert ((value - 40).abs() <= cheapest / 2 + 0.05).all()
    assert (sales["quantity"] >= 1).all()


def test_the_season_shows():
    def christmas_share(season: tuple[float, ...]) -> float:
        wanted = Settings(customer_count=4_000, season=season, **NO_WARTS)
        frame = typed(lines_and_truth(wanted)[0]).drop_duplicates("invoice")
        return frame["at"].dt.month.isin([11, 12]).mean()

    assert christmas_share(Settings().season) > 1.4 * christmas_share(FLAT)
    assert christmas_share(tuple(3.0 for _ in range(12))) == christmas_share(FLAT)


# --- products ---------------------------------------------------------------------------------


def test_affine_products_are_bought_together_far_more_often_than_chance(sample):
    sales = merchandise_sales(sample[0])
    baskets = pd.crosstab(sales["invoice"], sales["product"]).clip(upper=1)
    together = baskets.T @ baskets / len(baskets)
    alone = baskets.mean()
    lift = together / np.outer(alone, alone)

    affine = np.array([lift.loc[pair] for pair in simulation.AFFINITIES])
    others = lift.to_numpy()[np.triu_indices(len(lift), 1)]
    assert len(affine) >= 5
    assert affine.min() > 3
    assert np.median(others) == pytest.approx(1, abs=0.3)


def test_customer_types_differ_in_taste(sample):
    lines, truth = sample
    category = {product: name for name, rows in simulation.CATALOGUE.items() for product, _ in rows}
    bought = lines.assign(category=lines["Description"].str.strip().map(category)).merge(
        truth, left_on="Customer ID", right_on="customer_id"
    )
    shares = pd.crosstab(bought["customer_type"], bought["category"], normalize="index")

    favourites = {"cook": "kitchen", "gardener": "garden", "parent": "toys", "homemaker": "home"}
    for customer_type, favourite in favourites.items():
        assert shares[favourite].idxmax() == customer_type


def test_the_catalogue_has_unique_products_with_one_price_each(sample):
    sales = merchandise_sales(sample[0])

    assert len(simulation.CATALOGUE) == 10
    assert sales["product"].nunique() == 120
    assert sales.groupby("product")["price"].nunique().eq(1).all()


# --- the truth --------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    customer_count=st.integers(1, 60),
    chunk_size=st.integers(1, 60),
    return_rate=st.floats(0, 0.5),
    guest_share=st.floats(0, 0.5),
    duplicate_rate=st.floats(0, 0.5),
    first_order_may_be_last=st.booleans(),
)
def test_the_truth_reconciles_with_the_lines_whatever_the_settings(**chosen):
    wanted = Settings(**chosen)
    lines, truth = lines_and_truth(wanted)
    frame = typed(lines)

    sales = frame[~frame["is_cancellation"]].dropna(subset=["customer"])
    by_customer = sales.groupby("customer")
    truth = truth.set_index("customer_id")
    assert len(truth) == wanted.customer_count
    assert by_customer["invoice"].nunique().to_dict() == truth["order_count"].to_dict()
    assert by_customer["at"].min().to_dict() == truth["acquired_at"].to_dict()
    left = truth["dropped_out_at"].dropna()
    assert by_customer["at"].max().loc[left.index].to_dict() == left.to_dict()
    assert frame["at"].between(str(wanted.start_date), str(wanted.end_date), "left").all()


# --- warts ------------------------------------------------------------------------------------


def test_returns_match_an_earlier_sale_of_the_same_customer_except_a_few(sample):
    frame = typed(sample[0])
    back = frame[frame["is_cancellation"] & frame["is_merchandise"]].dropna(subset=["customer"])
    sales = merchandise_sales(sample[0])
    pairs = back.reset_index().merge(
        sales, on=["customer", "product", "price"], suffixes=("", "_sold")
    )
    lag = pairs["at"] - pairs["at_sold"]
    pairs = pairs[
        (pairs["quantity"].abs() <= pairs["quantity_sold"])
        & (lag > pd.Timedelta(0))
        & (lag <= pd.Timedelta(days=46))
    ]

    matched = back.index.isin(pairs["index"])
    assert 1 <= (~matched).sum() <= 0.05 * len(back)
    assert (pairs["quantity"].abs() < pairs["quantity_sold"]).any()
    lines_sold = sales.groupby("invoice").size()
    lines_back = pairs.groupby("invoice_sold").size()
    assert (lines_back == lines_sold.loc[lines_back.index]).sum() > 5
    assert len(back) / len(sales) == pytest.approx(Settings().return_rate, rel=0.3)


def test_every_wart_of_a_real_file_is_in_the_sample(sample):
    lines = sample[0].astype(object).fillna("")
    frame = typed(sample[0])

    assert {"POST", "M", "D", "BANK CHARGES", "TEST001"} <= set(lines["StockCode"])
    discounts = frame[frame["product"] == "D"]
    assert discounts["is_cancellation"].all()
    assert (discounts["quantity"] < 0).all()
    write_offs = frame[(frame["quantity"] < 0) & ~frame["is_cancellation"]]
    assert len(write_offs) > 10
    assert write_offs["customer"].isna().all()
    assert (write_offs["price"] == 0).all()
    assert "damaged" in set(lines["Description"])
    assert ((frame["quantity"] > 0) & (frame["price"] == 0)).any()
    assert lines.duplicated().sum() > 50
    assert lines["Country"].value_counts(normalize=True).max() > 0.8
    assert lines["Country"].nunique() > 3
    assert lines["StockCode"].str.match(r"^\d{5}[A-C]$").any()
    assert (lines["Description"] != lines["Description"].str.strip()).mean() > 0.01
    for mark in (",", '"', "É"):
        assert lines["Description"].str.contains(mark, regex=False).any()
    assert lines.loc[lines["Customer ID"] != "", "Customer ID"].str.match(r"^\d{5}\.0$").all()


def test_guests_have_the_asked_share_of_the_orders(sample):
    sales = merchandise_sales(sample[0]).drop_duplicates("invoice")

    assert sales["customer"].isna().mean() == pytest.approx(Settings().guest_share, abs=0.005)


def test_broken_lines_are_copies_so_that_no_order_loses_a_line(sample):
    lines = sample[0]
    sound, _ = lines_and_truth(Settings(broken_line_count=0))

    added = pd.concat([lines, sound]).astype(object).fillna("")
    added = added[~added.duplicated(keep=False)]
    assert len(lines) - len(sound) == len(added) == Settings().broken_line_count
    assert {"two", "6 pcs", ""} <= set(added["Quantity"])
    assert {"n/a", "GBP 2.95", "-4.95", ""} <= set(added["Price"])
    assert {"2023-02-30 10:00:00", "yesterday", ""} <= set(added["InvoiceDate"])
    assert "" in set(added["Invoice"])
    assert "" in set(added["StockCode"])


def test_a_customer_lives_in_one_country(sample):
    lines = sample[0].dropna(subset=["Customer ID"])

    assert lines.groupby("Customer ID")["Country"].nunique().eq(1).all()


# --- bad settings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customer_count", 0),
        ("customer_count", 1.5),
        ("chunk_size", 0),
        ("broken_line_count", -1),
        ("seed", -1),
        ("r", 0.0),
        ("alpha", float("nan")),
        ("a", -1.0),
        ("b", float("inf")),
        ("p", "6"),
        ("q", 1.0),
        ("gamma", 0.0),
        ("return_rate", 1.0),
        ("guest_share", -0.1),
        ("duplicate_rate", float("nan")),
        ("season", (1.0,) * 11),
        ("season", (0.0,) * 12),
        ("start_date", "2023-01-01"),
        ("end_date", date(2023, 1, 1)),
    ],
)
def test_a_bad_setting_is_named(name, value):
    with pytest.raises(ValueError, match=f"^{name} must be"):
        Settings(**{name: value})


def test_lines_and_truth_need_files_of_their_own(tmp_path):
    with pytest.raises(ValueError, match="truth_path"):
        simulation.write(Settings(), tmp_path / "lines.csv", tmp_path / "lines.csv")
