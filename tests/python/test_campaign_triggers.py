"""Triggers over many days: whoever reads them daily hears of each crossing, by one id."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import duckdb
import pytest

WINDOW = timedelta(days=30)
FIRST, DAYS = date(2012, 1, 1), 400


@pytest.fixture(scope="module")
def histories() -> dict[str, list[date]]:
    """Order days of customers who come, pause and stay away."""
    random = Random(5)
    histories = {}
    for number in range(40):
        # The first of them comes on 29 February.
        day = FIRST + timedelta(days=random.randrange(200) if number else 59)
        days = {day}
        for _ in range(random.randrange(6)):
            day += timedelta(days=random.choice([1, 20, 59, 60, 61, 89, 90, 95, 130, 250]))
            days.add(day)
        histories[str(number)] = sorted(days)
    return histories


def told(sample_build, histories, dates) -> dict[date, list[tuple]]:
    """Id, customer, trigger and date of each trigger, as of each of the dates."""
    rows = []
    for as_of in {day - offset for day in dates for offset in (timedelta(0), WINDOW)}:
        for customer, days in histories.items():
            known = [day for day in days if day < as_of]
            if known:
                recency = (as_of - known[-1]).days
                rows.append((as_of, customer, recency, len(known), known[0], known[-1]))
    triggers = {}
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table scored (as_of_date date, customer_id varchar, recency_days integer,
                order_day_count integer, first_order_date date, last_order_date date)
            """
        )
        connection.executemany("insert into scored values (?, ?, ?, ?, ?, ?)", rows)
        connection.execute(
            """
            create view int_audience_customers as
            select *, 'any' as segment, 1 as r_score, 1 as f_score, 1 as m_score, '' as value_tier,
                0e0 as clv, 0e0 as expected_revenue, null::double as purchase_model_churn_risk,
                null::double as mean_interpurchase_days, null::integer as days_until_overdue
            from scored;
            create table segments as select 'any' as segment, 'Any' as label;
            create table int_as_of_dates (as_of_date date, is_current bool, is_trigger_start bool)
            """
        )
        sql = sample_build.compiled("campaign_triggers")
        for day in dates:
            connection.execute("delete from int_as_of_dates")
            connection.executemany(
                "insert into int_as_of_dates values (?, ?, ?)",
                [(day, True, False), (day - WINDOW, False, True)],
            )
            triggers[day] = connection.execute(
                f"select trigger_id, customer_id, trigger_name, crossed_date from ({sql})"
            ).fetchall()
    return triggers


def crossings(histories, last: date) -> set[tuple]:
    """Customer, trigger and date of all that happens from FIRST on until a last as-of date."""
    found = set()
    for customer, days in histories.items():
        found.add((customer, "first_order", days[0]))
        for day, following in zip(days, [*days[1:], None], strict=True):
            for line in (60, 90, 120):
                reached = day + timedelta(days=line)
                # On the day of the next order it is not known yet: as-of dates are exclusive.
                if following is None or reached <= following:
                    found.add((customer, f"silent_{line}_days", reached))
        found.add((customer, "anniversary", a_year_after(days[0])))
    return {crossing for crossing in found if crossing[2] <= last}


def a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def test_read_daily_each_crossing_is_told_by_one_id_and_nothing_else_is(sample_build, histories):
    dates = [FIRST + timedelta(days=day) for day in range(1, DAYS)]
    dates_of = defaultdict(set)
    for triggers in told(sample_build, histories, dates).values():
        ids = [trigger_id for trigger_id, *_ in triggers]
        assert len(ids) == len(set(ids))
        for trigger_id, *crossing in triggers:
            dates_of[trigger_id].add(tuple(crossing))

    assert all(len(of_one_id) == 1 for of_one_id in dates_of.values())
    heard = [crossing for of_one_id in dates_of.values() for crossing in of_one_id]
    assert len(heard) == len(set(heard))
    assert {c for c in heard if c[2] < dates[-1]} == {
        c for c in crossings(histories, dates[-1]) if c[2] < dates[-1]
    }


def test_windows_that_tile_time_tell_each_crossing_once(sample_build, histories):
    """As of every thirtieth day, but for silences that an order ended before they were told."""
    dates = [FIRST + WINDOW * number for number in range(1, DAYS // WINDOW.days)]
    ids = [row[0] for rows in told(sample_build, histories, dates).values() for row in rows]
    assert len(ids) == len(set(ids)) > 100
