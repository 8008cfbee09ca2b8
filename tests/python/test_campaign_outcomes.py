"""What campaign_results compares, reckoned again from the kept lines of the sample."""

import shutil

import duckdb
import pandas as pd
import pytest
from conftest import SAMPLE, run_build
from customer_value import uplift


def order_days(lines: pd.DataFrame, known_before: pd.Timestamp) -> pd.DataFrame:
    """The order days of customers as they were known then: customer_id, day, orders, revenue."""
    lines = lines[lines["line_date"] < known_before]
    orders = (
        lines.assign(
            sold=lines["quantity"].where(lines["line_kind"] == "sale", 0),
            returned=-lines["quantity"].where(
                (lines["line_kind"] == "return") & ~lines["is_unmatched_return"], 0
            ),
        )
        .groupby(["counted_order_id", "customer_id"], as_index=False)
        .agg(
            day=("line_date", "min"),
            sold=("sold", "sum"),
            returned=("returned", "sum"),
            revenue=("net_revenue", "sum"),
        )
    )
    is_kept = (orders["returned"] < orders["sold"]) & (orders["revenue"] > 0)
    days = (
        orders.assign(orders=is_kept.astype(int))
        .groupby(["customer_id", "day"], as_index=False)[["orders", "revenue"]]
        .sum()
    )
    return days[(days["orders"] > 0) & (days["revenue"] > 0)]


@pytest.fixture(scope="module")
def planned(tmp_path_factory, sample_build):
    """The sample as if all campaigns had been planned before their launch."""
    folder = tmp_path_factory.mktemp("planned")
    shutil.copy(sample_build.folder / "warehouse.duckdb", folder / "warehouse.duckdb")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("update campaign_launches set is_drawn_afterwards = false")
    select = ["int_campaigns", "int_campaign_members", "int_campaign_outcomes"]
    select += ["int_campaign_arms", "fit_campaign_results", "campaign_results"]
    built = run_build(folder, SAMPLE, "--select", *select)
    assert built.succeeded, built.output
    return built


@pytest.fixture(scope="module")
def outcomes(planned) -> pd.DataFrame:
    """One row per campaign and customer contacted or held back."""
    lines = frame(
        planned,
        "select counted_order_id, customer_id, line_date, line_kind, quantity, net_revenue, "
        "is_unmatched_return from order_lines where line_kind in ('sale', 'return') "
        "and customer_id is not null",
    )
    assignments = frame(
        planned,
        "select campaign_id, customer_id, assignment, coalesce(variant, '') as variant, segment, "
        "campaign_assignments.launch_date, measured_until, int_campaigns.control_share, "
        "coalesce(costs.cost_per_contact, 0) as contact, coalesce(costs.offer_cost, 0) as offer "
        "from campaign_assignments join int_campaigns using (campaign_id) "
        "left join int_campaign_variants as costs using (campaign_id, variant) "
        "where assignment is not null",
    )
    parts = []
    for (launch, end), members in assignments.groupby(["launch_date", "measured_until"]):
        after, before = order_days(lines, end), order_days(lines, launch)
        after = after[(after["day"] >= launch) & (after["day"] < end)]
        before = before[before["day"] >= launch - pd.Timedelta(days=365)]
        sums = after.groupby("customer_id")[["orders", "revenue"]].sum()
        prior = before.groupby("customer_id")["revenue"].sum().rename("prior")
        parts.append(members.join(sums, on="customer_id").join(prior, on="customer_id"))
    outcomes = pd.concat(parts)
    amounts = ["orders", "revenue", "prior"]
    outcomes[amounts] = outcomes[amounts].fillna(0)
    outcomes["responded"] = outcomes["orders"] > 0
    outcomes["cost"] = outcomes["contact"] + outcomes["offer"] * outcomes["responded"]
    return outcomes


def frame(build, sql: str) -> pd.DataFrame:
    names = [name for name, *_ in build.query(f"describe {sql}")]
    table = pd.DataFrame(build.query(sql), columns=names)
    for name in table:
        if name.endswith(("_date", "_until")):
            table[name] = pd.to_datetime(table[name])
        elif name in ("quantity", "net_revenue", "contact", "offer"):
            table[name] = table[name].astype(float)
    return table


def test_results_are_those_of_the_kept_lines(planned, outcomes):
    results = frame(planned, "select * from campaign_results").set_index(
        ["campaign_id", "scope", "scope_value"]
    )
    launched = 0
    for campaign_id, members in outcomes.groupby("campaign_id"):
        control = members[members["assignment"] == "control"]
        treated = members[members["assignment"] == "treatment"]
        rows = {("campaign", "all"): (treated, control)}
        for segment in members["segment"].unique():
            rows["segment", segment] = tuple(
                arm[arm["segment"] == segment] for arm in (treated, control)
            )
        variants = set(treated["variant"])
        if len(variants) > 1:
            for variant in variants:
                rows["variant", variant] = (treated[treated["variant"] == variant], control)
        for key, arms in rows.items():
            row = results.loc[(campaign_id, *key)]
            assert (row["treated_count"], row["control_count"]) == tuple(map(len, arms))
            assert float(row["treated_revenue"]) == pytest.approx(arms[0]["revenue"].sum())
            assert float(row["control_revenue"]) == pytest.approx(arms[1]["revenue"].sum())
            assert float(row["campaign_cost"]) == pytest.approx(arms[0]["cost"].sum())
            assert row["treated_orders_per_customer"] == pytest.approx(arms[0]["orders"].mean())
            rates = uplift.rate_difference(
                *(int(number) for arm in arms for number in (len(arm), arm["responded"].sum()))
            )
            assert row["response_lower"] == pytest.approx(rates.lower)
            money = [
                uplift.Moments(
                    *(len(arm), arm["revenue"].sum(), (arm["revenue"] ** 2).sum()),
                    *(arm["prior"].sum(), (arm["prior"] ** 2).sum()),
                    (arm["revenue"] * arm["prior"]).sum(),
                )
                for arm in arms
            ]
            difference = uplift.cuped_difference(*money)
            assert row["cuped_revenue_difference"] == pytest.approx(difference.difference)
            assert row["cuped_revenue_upper"] == pytest.approx(difference.upper)
            assert row["incremental_revenue"] == pytest.approx(
                difference.difference * len(arms[0]), abs=1e-3
            )
        launched += 1
    assert launched >= 3
    others = set(results.index.get_level_values(0)) - set(outcomes["campaign_id"])
    assert others > {"all_campaigns"}
    assert set(results.loc[list(others - {"all_campaigns"}), "verdict"]) == {"not launched yet"}


def test_the_global_control_is_compared_with_all_whom_a_campaign_could_have_contacted(planned):
    assignments = frame(
        planned,
        "select customer_id, coalesce(suppressed_because, '') as because, launch_date "
        "from campaign_assignments where campaign_id in "
        "(select campaign_id from int_campaigns where is_launched)",
    )
    reachable = assignments[~assignments["because"].isin(["suppression_list", "no_consent"])]
    first = reachable.sort_values("launch_date").groupby("customer_id").first()
    [(treated, control)] = planned.query(
        "select treated_count, control_count from campaign_results "
        "where campaign_id = 'all_campaigns' and scope = 'campaign'"
    )
    assert control == (first["because"] == "global_control").sum()
    assert treated + control == len(first)


def test_lists_drawn_after_their_launch_bring_nothing(sample_build):
    assert sample_build.query(
        "select distinct evidence, incremental_revenue, return_on_investment, "
        "verdict like 'no evidence: drawn after the launch%' "
        "from campaign_results where status <> 'planned' and treated_count > 0"
    ) == [("drawn_afterwards", None, None, True)]
