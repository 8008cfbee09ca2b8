"""Customers who asked to be forgotten: a token stands for them, and nothing tells who they were."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import Build, line, run_build, write_lines

SELECTED = (
    *("--select", "+orders", "+rejected_order_lines", "+rejected_customer_contacts"),
    "+int_customers__permissions",
)
CONTACTS = """Customer ID,Email,Phone,Country,Zip,Email Consent,SMS Consent,Ads Consent
forgetme77,gone77@example.com,+447700900777,United Kingdom,,yes,yes,yes
OldAlias77,older77@example.com,,United Kingdom,,yes,yes,yes
forgetme77,Forget77 Me <HOME@example.com>,(07700) 900123,United Kingdom,,yes,yes,yes
stays,stays@example.com,,United Kingdom,,yes,yes,yes
lives with,home@example.com,,,,yes,yes,yes
same number,alone@example.com,+447700900123,,,yes,yes,yes
"""


@pytest.fixture(scope="module")
def builds(tmp_path_factory) -> dict[str, Build]:
    """The same input before and after the erasure, each in a warehouse of its own."""
    folder = tmp_path_factory.mktemp("erasure")
    lines = [
        line("1", "forgetme77", "2024-01-10"),
        line("2", " ForgetMe77@Example.com ", "2024-01-11"),
        line("3", "OldAlias77", "2024-02-10"),
        line("4", "forgetme77", "not a date"),
        line("5", "stays", "2024-01-10"),
        line("6", "lives with", "2024-01-10"),
        line("7", "same number", "2024-01-10"),
    ]
    write_lines(folder / "lines.csv", lines)
    (folder / "contacts.csv").write_text(CONTACTS)
    (folder / "aliases.csv").write_text(
        "Customer ID,Belongs To\nOldAlias77,forgetme77\nforgetme77@example.com,forgetme77\n"
    )
    # By an alias: the whole person is meant.
    (folder / "erased.csv").write_text("Customer ID\n OldAlias77\nnobody77\n")
    given = {"CUSTOMER_ALIASES": str(folder / "aliases.csv")}
    return {
        name: run_build(
            folder / name,
            folder / "lines.csv",
            *SELECTED,
            customer_contacts=folder / "contacts.csv",
            environment=given | more,
        )
        for name, more in {
            "before": {},
            "after": {"ERASED_CUSTOMERS": str(folder / "erased.csv")},
        }.items()
    }


def test_counts_and_money_stay_and_the_ids_become_one_token(builds):
    before, after = builds["before"], builds["after"]
    assert before.succeeded, before.output
    assert after.succeeded, after.output
    totals = "select count(*), count(distinct customer_id), sum(net_revenue) from orders"

    assert after.query(totals) == before.query(totals) == [(6, 4, after.query(totals)[0][2])]
    [(token, count)] = after.query(
        "select customer_id, count(*) from orders where customer_id like 'erased-%' group by 1"
    )
    assert token.startswith("erased-")
    assert count == 3
    assert after.query("select raw_customer_id from rejected_order_lines") == [(token,)]
    assert after.query("select customer_id from stg_customer_contacts order by 1") == [
        ("lives with",),
        ("same number",),
        ("stays",),
    ]
    assert (token, None) in after.query("select person, channel from stg_suppressed_customers")


def test_nobody_writes_to_the_erased_by_way_of_another_customer(builds):
    def allowed(build: Build) -> list[tuple]:
        return build.query(
            "select customer_id, channel from int_customers__permissions where is_allowed "
            "and channel <> 'post' and customer_id not like '%77' order by all"
        )

    everywhere = [
        *[("lives with", "ads"), ("lives with", "email")],
        *[("same number", "ads"), ("same number", "email"), ("same number", "sms")],
        *[("stays", "ads"), ("stays", "email")],
    ]
    assert allowed(builds["before"]) == everywhere
    # They share the address or the number of the erased: no mail, no text.
    assert allowed(builds["after"]) == [
        ("same number", "email"),
        ("stays", "ads"),
        ("stays", "email"),
    ]


def test_no_byte_of_the_warehouse_tells_who_was_erased(builds):
    def told(build: Build) -> set[bytes]:
        content = (build.folder / "warehouse.duckdb").read_bytes().lower()
        files = [path for path in (build.folder / "target").rglob("*") if path.is_file()]
        content += b"".join(path.read_bytes().lower() for path in files)
        return {
            word
            for word in (b"forgetme77", b"oldalias77", b"gone77@", b"forget77 me")
            if word in content
        }

    assert told(builds["before"]) == {
        *(b"forgetme77", b"oldalias77", b"gone77@", b"forget77 me"),
    }
    assert told(builds["after"]) == set()


def test_the_list_tells_how_many_of_it_are_unknown_and_not_who(builds):
    folder: Path = builds["after"].folder
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select * from stg_erased_customers").fetchall()
    # Three ids of one person, and one whom nobody knows.
    assert len(rows) == 4
    assert len({person for _, person in rows}) == 2
    assert all(value.startswith("erased-") for row in rows for value in row)


def test_a_build_without_the_list_stops_where_the_build_before_had_one(builds, tmp_path):
    folder = builds["after"].folder
    shutil.copy(folder / "warehouse.duckdb", tmp_path)
    empty = tmp_path / "empty.csv"
    empty.write_text("Customer ID\n")

    for environment in [{}, {"ERASED_CUSTOMERS": str(empty)}]:
        stopped = run_build(
            tmp_path,
            folder.parent / "lines.csv",
            *("--select", "stg_erased_customers"),
            customer_contacts=folder.parent / "contacts.csv",
            environment=environment,
        )

        assert not stopped.succeeded
        told = " ".join(stopped.output.split())
        assert "ERASED_CUSTOMERS names none now: they would come back" in told
