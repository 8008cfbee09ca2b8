"""A past date is scored as it would have been scored then."""

import csv

import pytest
from conftest import SAMPLE


@pytest.mark.parametrize("as_of_date", ["2023-09-01", "2024-03-01", "2024-11-01"])
def test_scores_at_a_past_date_equal_those_from_data_that_end_there(
    sample_build, build, tmp_path, as_of_date
):
    with SAMPLE.open(encoding="utf-8", newline="") as whole:
        header, *rows = csv.reader(whole)
    earlier = [row for row in rows if not row[4] >= as_of_date]
    assert len(earlier) < len(rows)
    truncated = tmp_path / "truncated.csv"
    with truncated.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *earlier])

    cut_off = build(truncated, variables={"as_of_date": as_of_date})

    scores = (
        f"select * from int_customers__segmented where as_of_date = '{as_of_date}' order by all"
    )
    edges = f"select * from int_rfm_edges where as_of_date = '{as_of_date}' order by all"
    assert len(sample_build.query(scores)) > 100
    assert cut_off.query(scores) == sample_build.query(scores)
    assert cut_off.query(edges) == sample_build.query(edges)


def test_a_return_after_the_date_has_not_happened_yet(build):
    lines = [
        ("1", "A", "A thing", 1, "2024-01-10", 10, "kept", None),
        ("2", "A", "A thing", 1, "2024-01-20", 10, "returned", None),
        ("C3", "A", "A thing", -1, "2024-02-15", 10, "returned", None),
        ("4", "A", "A thing", 1, "2024-03-01", 10, "kept", None),
    ]
    built = build(list(lines), variables={"history_months": 3})

    assert built.query(
        "select as_of_date::varchar, order_count, net_revenue::double, last_order_date::varchar "
        "from customer_segment_history where customer_id = 'returned' order by 1"
    ) == [
        ("2024-02-01", 1, 10, "2024-01-20"),
        ("2024-03-01", 0, 0, None),
        ("2024-03-02", 0, 0, None),
    ]
