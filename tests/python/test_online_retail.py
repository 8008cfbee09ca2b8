"""The published figures of Online Retail and Online Retail II, from this project's own tables."""

import re
from decimal import Decimal

import duckdb
import pytest
from conftest import copy_project, run_build

PUBLISHED_VIEW = """
    with lines as (
        select order_id, customer_id, quantity, unit_price
        from order_lines
        union all
        -- Test items are rejected here, and counted there.
        select
            raw_order_id, cast(try_cast(raw_customer_id as double) as bigint)::varchar,
            try_cast(raw_quantity as decimal(18, 4)), try_cast(raw_unit_price as decimal(18, 4))
        from rejected_order_lines
        where rejection_reason <> 'duplicate'
    )

    select
        count(*), count(distinct customer_id), count(distinct order_id),
        round(sum(quantity * unit_price), 2)
    from lines
    where customer_id is not null and order_id not like 'C%' and quantity > 0 and unit_price > 0
"""


# Nobody was contacted: control and treatment differ by chance only.
CAMPAIGNS = {
    "campaigns": """\
campaign_id,audience,launch_date,end_date,channel,offer,cost_per_contact,offer_cost,expected_response,control_share,budget,priority,attribution_days
vip,vip_care,2011-06-10,2011-07-10,post,Card,2.50,0,0.10,0.50,,1,90
win_back,win_back,2011-06-10,2011-07-10,email,10 off,0.05,10,0.05,0.50,,2,90
upgrade,upgrade,2011-06-10,2011-07-10,email,Programme,0.05,1,0.05,0.50,,3,90
nudge,frequency_nudge,2011-06-10,2011-07-10,email,Reminder,0.05,0,0.05,0.50,,4,90
""",
    "campaign_variants": "campaign_id,variant,channel,offer,cost_per_contact,offer_cost,weight\n",
    "suppressed_customers": "customer_id,channel,reason\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    seeds = {f"seeds/{name}.csv": text for name, text in CAMPAIGNS.items()}
    return copy_project(tmp_path_factory.mktemp("project") / "project", seeds)


@pytest.fixture(scope="module")
def online_retail_ii(reference_data, project, tmp_path_factory):
    path = reference_data / "online_retail_ii.csv.gz"
    folder = tmp_path_factory.mktemp("online_retail_ii")
    built = run_build(
        folder / "build",
        path,
        project=project,
        with_data_tests=True,
        environment={"DUCKDB_MEMORY_LIMIT": "2GB"},
    )
    assert built.succeeded, built.output
    return built


def test_every_line_and_every_penny_is_in_one_place(online_retail_ii):
    kept, rejected, amount = online_retail_ii.query(
        "select (select count(*) from order_lines), (select count(*) from rejected_order_lines), "
        "(select sum(line_amount) from order_lines) + "
        "(select sum(line_amount) from rejected_order_lines)"
    )[0]

    assert kept + rejected == 1_067_371
    assert round(amount, 2) == Decimal("19287250.57")
    assert online_retail_ii.line_count("duplicate") == 34_335


def test_the_published_view_comes_out(online_retail_ii):
    assert online_retail_ii.query(PUBLISHED_VIEW) == [
        (779_425, 5_878, 36_969, Decimal("17374804.27"))
    ]


def test_those_who_cancelled_nearly_all_are_not_among_the_best(online_retail_ii):
    rows = online_retail_ii.query(
        "select customer_id, m_score, segment from customers "
        "where customer_id in ('12346', '16446')"
    )

    assert len(rows) == 2
    for _, m_score, segment in rows:
        assert m_score == 1
        assert segment not in ("champions", "loyal_customers", "potential_loyalists")


def test_each_month_end_of_two_years_is_scored(online_retail_ii):
    assert online_retail_ii.query(
        "select count(distinct as_of_date), min(as_of_date)::varchar, max(as_of_date)::varchar "
        "from customer_segment_history"
    ) == [(25, "2010-01-01", "2011-12-10")]


def test_the_rules_give_the_revenue_to_the_segments_that_should_have_it(online_retail_ii):
    rows = online_retail_ii.query(
        "select segment, revenue_share, median_recency_days from revenue_by_segment "
        "where is_current order by net_revenue desc"
    )

    assert rows[0][0] == "champions"
    assert sum(share for _, share, _ in rows) == pytest.approx(1)
    recency = {segment: days for segment, _, days in rows}
    assert recency["champions"] < recency["at_risk"] < recency["lost"]


def test_online_retail_builds_from_parquet_with_other_headers(reference_data, tmp_path):
    built = run_build(
        tmp_path / "build",
        reference_data / "online_retail.parquet",
        variables={
            "order_line_columns": {
                "order_id": "InvoiceNo",
                "unit_price": "UnitPrice",
                "customer_id": "CustomerID",
            }
        },
        with_data_tests=True,
    )

    assert built.succeeded, built.output
    assert built.line_count("lines") == 541_909
    # What the file itself says, of all lines with a customer.
    assert built.query("select count(distinct raw_customer_id) from base_order_lines") == [(4_372,)]
    # The seeds are the sample's, and what is no merchandise is much of the money.
    assert re.search(r"PASS=\d+ WARN=3 ERROR=0", built.output)


def test_any_order_of_rows_and_four_threads_give_identical_tables(
    online_retail_ii, reference_data, project, tmp_path
):
    """As on the sample, on data of several row groups, which threads do share."""
    shuffled = tmp_path / "shuffled.parquet"
    path = reference_data / "online_retail_ii.csv.gz"
    duckdb.sql(
        f"from read_csv('{path}', all_varchar = true) order by hash(Invoice, StockCode, Quantity)"
    ).write_parquet(str(shuffled))

    other = run_build(
        tmp_path / "other", shuffled, "--threads", "4", project=project, duckdb_threads=4
    )

    assert other.succeeded, other.output
    assert other.digests() == online_retail_ii.digests()


@pytest.mark.parametrize("horizon_days", [90, 180])
def test_value_is_foreseen_out_of_time_better_than_by_any_baseline(online_retail_ii, horizon_days):
    """At the newest cut-off, which takes no part in the choice of the model."""
    metrics = {
        (target, metric): (value, is_ahead)
        for target, metric, value, is_ahead in online_retail_ii.query(
            "select target, metric, value, is_ahead_of_baselines from model_metrics "
            f"where is_selected and is_newest_cutoff and horizon_days = {horizon_days}"
        )
    }

    assert metrics["revenue", "r2"][0] > 0.65
    assert 0.9 < metrics["revenue", "sum_ratio"][0] < 1.1
    assert metrics["orders", "auc"][0] > 0.8
    ahead = [("orders", "rmse"), ("revenue", "rmse"), ("churn", "brier"), ("churn", "auc")]
    assert all(metrics[key][1] for key in ahead)


def test_the_season_is_chosen_where_there_is_one(online_retail_ii):
    assert online_retail_ii.query(
        "select model, eligibility from clv_model_selection where is_selected"
    ) == [("bg_nbd_seasonal", "eligible")]
    # Orders come before Christmas, not after it.
    assert online_retail_ii.query(
        "select arg_max(month_number, order_intensity), arg_min(month_number, order_intensity) "
        "from fit_season where as_of_date = '2011-12-10'"
    ) == [(11, 1)]


def test_four_clusters_have_the_four_names_and_no_best_customer_who_cancelled(online_retail_ii):
    rows = online_retail_ii.query(
        "select cluster, round(100 * customer_share, 1), round(100 * revenue_share, 1) "
        "from clusters order by revenue_share desc"
    )
    assert rows == [
        ("high_value_loyal", 26.3, 80.1),
        ("at_risk", 38.2, 14.7),
        ("promising", 13.6, 3.3),
        ("low_value_inactive", 21.9, 1.8),
    ]
    assert online_retail_ii.query(
        "select cluster_count, reason like 'the largest distance%' from cluster_selection "
        "where is_selected"
    ) == [(4, True)]
    best = online_retail_ii.query(
        "select customer_id from int_customers__clustered "
        "where is_current and cluster = 'high_value_loyal'"
    )
    assert len(best) == 1_537
    assert not {("12346",), ("16446",)} & set(best)


def test_campaigns_that_nobody_ran_bring_nothing(online_retail_ii):
    """An A/A test on real data: no list of 2011-06-10 was ever sent."""
    results = online_retail_ii.query(
        "select campaign_id, verdict, treated_count, control_count, sample_ratio_p_value, "
        "least(response_p_value_holm, cuped_revenue_p_value_holm), incremental_revenue "
        "from campaign_results "
        "where scope = 'campaign' and campaign_id <> 'all_campaigns' order by 1"
    )

    assert [campaign for campaign, *_ in results] == ["nudge", "upgrade", "vip", "win_back"]
    for campaign, verdict, treated, control, sample_ratio_p_value, p_value, brought in results:
        assert verdict.startswith("no evidence: drawn after the launch"), campaign
        assert p_value >= 0.05, campaign
        assert brought is None, campaign
        assert min(treated, control) > 50, campaign
        assert sample_ratio_p_value > 0.001, campaign


def test_each_list_is_the_audience_as_of_the_launch(online_retail_ii):
    assert online_retail_ii.query(
        "select campaign_id, count(*) = count(*) filter (assignment is not null) "
        "+ count(suppressed_because), bool_and(segment = expected_segment) "
        "from campaign_assignments "
        "inner join (values ('nudge', 'promising'), ('upgrade', 'potential_loyalists'), "
        "('vip', 'champions'), ('win_back', 'at_risk')) "
        "as segments (campaign_id, expected_segment) "
        "using (campaign_id) group by 1 order by 1"
    ) == [(campaign, True, True) for campaign in ("nudge", "upgrade", "vip", "win_back")]
    assert online_retail_ii.query("select campaign_id from campaign_plan order by 1") == [
        ("nudge",),
        ("upgrade",),
        ("vip",),
        ("win_back",),
    ]
