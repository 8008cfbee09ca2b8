"""Builds a simulated shop day after day, with late lines and returns, and tells what moved.

What is decided must not move: assignments of launched campaigns. What a daily build keeps (fits)
must be what a full build makes: every table is compared with one, each tenth day and on the last.

Other results may move where the data says so. A customer is *untouched* at a date if no line of
theirs before that date arrived since the last build. Scores of untouched customers change only
where the edges of that date do.
"""

import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from customer_value.simulation import Settings, simulate
from torture import LEDGER, Fault, Shop, differences

CUSTOMERS = 400
END = date(2025, 2, 10)
LATE_SHARE, LATEST_DAYS = 0.05, 5
COMPARED_EVERY = 10
# What a full build cannot make again: the past.
KEPT = (*LEDGER, "int_campaigns__known")
HISTORY = "select as_of_date, customer_id, r_score, f_score, m_score, segment from {}"


def lines_with_arrival(seed: int) -> pd.DataFrame:
    """Order lines, each with the day it arrives: the next day, or for some up to 5 days later."""
    settings = Settings(customer_count=CUSTOMERS, end_date=END, seed=seed)
    lines = pd.concat([lines for lines, _ in simulate(settings)], ignore_index=True)
    days = pd.to_datetime(lines["InvoiceDate"], errors="coerce").dt.date
    stream = random.Random(seed)
    # What has no date is there from the first day.
    lines["arrives"] = [
        date.min
        if pd.isna(day)
        else day + timedelta(1 + (stream.randint(1, LATEST_DAYS) * (stream.random() < LATE_SHARE)))
        for day in days
    ]
    lines["day"] = [date.min if pd.isna(day) else day for day in days]
    return lines


class Day:
    """What a build has found, as far as a later build could move it."""

    def __init__(self, shop: Shop):
        self.assignments = set(shop.query("select * from campaign_assignments"))
        self.history = {
            row[:2]: row[2:] for row in shop.query(HISTORY.format("customer_segment_history"))
        }
        edges: dict = {}
        for row in shop.query("select as_of_date, edges from int_rfm_edges as edges"):
            edges.setdefault(row[0], set()).add(str(row[1]))
        self.edges = edges
        self.clusters = dict(shop.query("select customer_id, cluster from customers"))
        self.cluster_names = {
            name for (name,) in shop.query("select distinct cluster from customers")
        }
        self.triggers = dict(shop.query("select trigger_id, customer_id from campaign_triggers"))


def refresh_daily(folder: Path, days: int, seed: int) -> dict:
    """Build on each of the last days, and compare each with the day before.

    Parameters
    ----------
    folder : Path
        Where the shop is built.
    days : int
        Number of builds after the first.
    seed : int
        Of the simulation and of the delays.

    Returns
    -------
    dict
        ``moved``: counts by kind over all days. ``by_day``: one dict per day. ``faults``: list of
        str.
    """
    arriving = lines_with_arrival(seed)
    path = folder / "lines.csv"
    shop = Shop(folder, path, "")
    totals: Counter = Counter()
    by_day, faults, before = [], [], None
    for number in range(days + 1):
        day = END - timedelta(days - number)
        known = arriving[arriving["arrives"] <= day]
        known.drop(columns=["arrives", "day"]).to_csv(path, index=False)
        try:
            shop.build(str(day), "--exclude-resource-type", "test")
        except Fault as fault:
            faults.append(f"{day}: {fault}")
            break
        found = Day(shop)
        if number and (number % COMPARED_EVERY == 0 or number == days):
            differing = differences_from_a_full_build(shop, folder / "full", path, str(day))
            faults += [f"{day}: {name} differs from that of a full build." for name in differing]
            totals["tables compared with a full build"] += len(shop.state().tables)
            totals["tables that differ from a full build"] += len(differing)
        if before:
            arrived = known[known["arrives"] > day - timedelta(1)]
            moved, wrong = compare(before, found, arrived)
            faults += [f"{day}: {text}" for text in wrong]
            by_day.append({"day": str(day), "lines": len(arrived)} | moved)
            totals.update(moved)
            print(f"{day}: {len(arrived)} lines arrived; {moved}", *wrong, sep="\n  ", flush=True)
        before = found
    return {"moved": dict(totals), "by_day": by_day, "faults": faults}


def differences_from_a_full_build(
    shop: Shop, folder: Path, order_lines: Path, day: str
) -> list[str]:
    """Name the tables that a build without any table but the ledger makes otherwise."""
    full = Shop(folder, order_lines, "")
    shop.save(folder.with_name("kept"))
    full.load(folder.with_name("kept"))
    with full.connect() as connection:
        for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            if name not in KEPT:
                connection.execute(f'drop table "{name}" cascade')
    full.build(day, "--exclude-resource-type", "test")
    return differences(full.state().tables, shop.state().tables)


def compare(before: Day, found: Day, arrived: pd.DataFrame) -> tuple[dict[str, int], list[str]]:
    """Count what moved from one day to the next, and name what must not have moved."""
    wrong = []
    lost = before.assignments - found.assignments
    if lost:
        wrong.append(f"{len(lost)} assignments of launched campaigns were changed or lost.")
    earliest = {}
    for customer, day in zip(arrived["Customer ID"], arrived["day"], strict=True):
        if isinstance(customer, str):
            customer = customer.removesuffix(".0")
            earliest[customer] = min(day, earliest.get(customer, day))

    def is_untouched(customer: str, as_of_date: date) -> bool:
        return earliest.get(customer, as_of_date) >= as_of_date

    moved: Counter = Counter()
    kept_dates = {as_of_date for as_of_date, _ in found.history}
    for (as_of_date, customer), scores in before.history.items():
        now = found.history.get((as_of_date, customer))
        # A day that was the current one is no longer in the history, unless it is a month's end.
        if as_of_date not in kept_dates or now == scores:
            continue
        if not is_untouched(customer, as_of_date):
            moved["past scores: late lines"] += 1
        elif before.edges.get(as_of_date) != found.edges.get(as_of_date):
            moved["past scores: edges moved by late lines"] += 1
        else:
            wrong.append(f"The scores of an untouched customer at {as_of_date} changed.")
    moved["assignments: added"] = len(found.assignments - before.assignments)
    moved["triggers: added"] = len(found.triggers.keys() - before.triggers.keys())
    gone = before.triggers.keys() - found.triggers.keys()
    moved["triggers: gone, customer has new lines"] = sum(
        before.triggers[trigger] in earliest for trigger in gone
    )
    moved["triggers: gone, window or scores moved on"] = (
        len(gone) - moved["triggers: gone, customer has new lines"]
    )
    moved["cluster names: appeared or gone"] = len(before.cluster_names ^ found.cluster_names)
    for customer, cluster in before.clusters.items():
        if found.clusters.get(customer) != cluster:
            kind = "with" if customer in earliest else "without"
            moved[f"customers in another cluster, {kind} new lines"] += 1
    return dict(moved), wrong
