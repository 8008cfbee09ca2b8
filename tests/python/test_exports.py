"""Files for campaign tools, read again: headers, encoding, consent, hashes, formulas, controls.

What the exports are made from is put into a warehouse by hand, so that one build makes them alone.
"""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import stat
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, SAMPLE, SAMPLE_CONTACTS, Build, line, run_build, run_dbt, write_lines

SELECTED = (
    *("--select", "country_calling_codes", "suppressed_customers", "stg_suppressed_customers"),
    *("base_customer_aliases", "stg_erased_customers", "stg_customer_aliases"),
    *("base_customer_contacts", "stg_customer_contacts__normalised", "stg_customer_contacts"),
    *("rejected_customer_contacts", "int_customers__households", "int_customers__permissions"),
    *("int_customers__reachable", "int_campaign_recipients"),
    "resource_type:model,path:models/exports",
)
HEADERS = {
    "export_klaviyo_profiles": [
        *("Email", "Phone Number", "First Name", "Last Name", "Country", "Customer ID", "Segment"),
        *("Value Tier", "Churn Risk Band", "Order Count", "Net Revenue", "CLV", "Held Back"),
        *("Last Order Date", "As Of Date"),
    ],
    "export_google_customer_match": ["Email", "Phone", "First Name", "Last Name", "Country", "Zip"],
    "export_meta_custom_audience": ["email", "phone", "fn", "ln", "country", "value"],
    "export_campaign_members": [
        *("campaign_id", "rank", "customer_id", "variant", "channel", "reason", "contact"),
        *("consent", "is_launched", "launch_date", "end_date"),
    ],
    "export_segment_changes": [
        *("customer_id", "previous_segment", "segment", "previous_as_of_date", "as_of_date")
    ],
}
# Of the campaign by mail, 12348 and 12351 are controls; 12345 has no orders.
SHARED = """
12346,home@example.com,,yes
12347,HOME@Example.com ,,yes
12348,control@example.com,,yes
12349,Control@example.com,,yes
12350,chain@example.com,,yes
12352,CHAIN@example.com,07700 900001,yes
12351,end@example.com,+44 7700 900001,yes
12353,opted.out@example.com,,yes
,Opted.Out@example.com,,no
12355,refuses@example.com,,yes
12345,refuses@example.com,,no
12356,alone@example.com,,yes
"""
# Customers 12346 to 13845, like the sample's.
WAREHOUSE = """
create table customers as
select
    cast(12346 + number as varchar) as customer_id, 'champions' as segment, 'gold' as value_tier,
    'low' as churn_risk_band, 3 as order_count, cast(1234.5678 as decimal(18, 4)) as net_revenue,
    case when number % 10 <> 0 then number / 7e0 end as clv, date '2024-12-24' as last_order_date,
    date '2025-01-01' as as_of_date
from range(1500) as numbers (number);

create table order_lines as select customer_id from customers;

create table orders as select customer_id from customers;

create table stg_erased_customers (id_token varchar, person_token varchar);
create table int_customers__households (customer_id varchar, household_id varchar);

create table customer_segment_history as
select date '2025-01-01' as as_of_date, customer_id, segment, true as is_current from customers
union all
select date '2024-12-01', customer_id, 'promising', false from customers
where customer_id < '12500';

-- Of each campaign, a third of 600 customers is the control group.
create table campaign_targets as
select
    campaign_id, customers.customer_id,
    case cast(customers.customer_id as integer) % 3 when 0 then 'control' else 'treatment' end
        as assignment,
    case cast(customers.customer_id as integer) % 3 when 0 then null else 'treatment' end
        as variant,
    cast(null as varchar) as suppressed_because,
    '=1+1' as reason, cast(customers.customer_id as integer) as rank,
    campaign_id <> 'planned' as is_launched, date '2024-12-01' as launch_date, end_date
from customers
cross join (
    values
    ('mail', 1, date '2025-01-31'), ('text', 2, date '2025-01-31'),
    ('planned', 3, date '2025-01-31'), ('over', 4, date '2024-12-31'),
    ('letter', 0, date '2025-01-31')
) as campaigns (campaign_id, part, end_date)
where
    cast(customers.customer_id as integer) % 5 = part
    or (campaign_id = 'mail' and customers.customer_id between '12346' and '12380');

create table campaign_assignments as
select
    campaign_id, customer_id, cast(null as varchar) as household_id, assignment,
    suppressed_because
from campaign_targets
where is_launched;

create table stg_past_campaign_contacts
    (campaign_id varchar, customer_id varchar, assignment varchar);

create table int_campaigns as
select campaign_id, status, end_date, date '2025-01-01' as as_of_date
from (
    values
    ('mail', 'running', date '2025-01-31'), ('text', 'running', date '2025-01-31'),
    ('planned', 'planned', date '2025-01-31'), ('over', 'measuring', date '2024-12-31'),
    ('letter', 'running', date '2025-01-31')
) as campaigns (campaign_id, status, end_date);

create table int_campaign_variants as
select campaign_id, 'treatment' as variant, channel
from (
    values
    ('mail', 'email'), ('text', 'sms'), ('planned', 'email'), ('over', 'email'), ('letter', 'post')
) as variants (campaign_id, channel);
"""


class Exports:
    """The files of a build: their bytes, and their cells; and the warehouse as it was then."""

    def __init__(self, built: Build, name: str):
        assert built.succeeded, built.output
        self.warehouse = shutil.copy(
            built.folder / "warehouse.duckdb", built.folder / f"{name}.duckdb"
        )
        folder = built.folder / "target" / "exports"
        self.bytes = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
        self.cells = {
            name: list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
            for name, content in self.bytes.items()
        }

    def headers(self) -> dict[str, list[str]]:
        return {name: cells[0] for name, cells in self.cells.items()}

    def rows(self, name: str) -> list[dict[str, str]]:
        header, *rows = self.cells[name]
        return [dict(zip(header, row, strict=True)) for row in rows]

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def ids(self, source: str) -> set[str]:
        return {customer for (customer,) in self.query(f"select customer_id from {source}")}

    def phones(self) -> dict[str, str]:
        return dict(
            self.query(
                "select customer_id, phone from stg_customer_contacts where phone is not null"
            )
        )

    def share_a_phone_with_who_refuses(self, channel: str) -> set[str]:
        """The invented numbers of the sample are few, so that many customers share one."""
        refusing = self.ids(f"stg_customer_contacts where not has_{channel}_consent")
        refusing |= suppressed(channel)
        phones = self.phones()
        refused = {phones[customer] for customer in refusing & phones.keys()}
        # A number without its country may be any that ends like it.
        rows = self.query(
            f"select customer_id, unread_phone_end, has_{channel}_consent "
            "from stg_customer_contacts__normalised "
            "where customer_id is not null and unread_phone_end is not null"
        )
        unread = {customer: end for customer, end, _ in rows}
        ends = {end for _, end, has_consent in rows if not has_consent}
        unread_ends = ends | {phone[-9:] for phone in refused}
        return {
            customer for customer, phone in phones.items() if phone in refused or phone[-9:] in ends
        } | {customer for customer, end in unread.items() if end in unread_ends}


@pytest.fixture(scope="module")
def builds(tmp_path_factory) -> dict[str, Exports]:
    """The exports with the sample's contacts, backwards, shared addresses, nobody's, and none."""
    folder = tmp_path_factory.mktemp("exports")
    header, *rows = contact_rows()
    write_lines(folder / "backwards.csv", rows[::-1], header)
    write_lines(folder / "nobody.csv", [], header)
    shared = [
        [customer or None, email, phone or None, None, None, "GB", None, *[consent] * 3]
        for customer, email, phone, consent in csv.reader(SHARED.strip().splitlines())
    ]
    write_lines(folder / "shared.csv", shared, header)
    write_lines(folder / "lines.csv", [line("1", "7", "2024-01-10")])
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(WAREHOUSE)
    paths = {
        "sample": SAMPLE_CONTACTS,
        "backwards": folder / "backwards.csv",
        "shared": folder / "shared.csv",
        "nobody": folder / "nobody.csv",
        "none": "",
    }
    # In one folder, so that only the first has to read the whole project.
    variables = {"contacts_may_be_missing": True}
    return {
        name: Exports(
            run_build(folder, "lines.csv", *SELECTED, customer_contacts=path, variables=variables),
            name,
        )
        for name, path in paths.items()
    }


def contact_rows() -> list[list[str | None]]:
    """The header and the rows of the sample's contacts; an empty field is None."""
    with SAMPLE_CONTACTS.open(encoding="utf-8", newline="") as file:
        return [[cell or None for cell in row] for row in csv.reader(file)]


@pytest.fixture(scope="module")
def exports(builds) -> Exports:
    return builds["sample"]


@pytest.fixture(scope="module")
def contacts() -> dict[str, dict[str, str]]:
    """The contacts of customers with one row, by customer id, without blanks at the ends."""
    header, *cells = contact_rows()
    rows = [
        {name: (cell or "").strip() for name, cell in zip(header, row, strict=True)}
        for row in cells
    ]
    ids = [row["Customer ID"] for row in rows]
    return {
        row["Customer ID"].removesuffix(".0"): row
        for row in rows
        if ids.count(row["Customer ID"]) == 1 and row["Customer ID"] not in ("", "99999")
    }


def suppressed(channel: str) -> set[str]:
    """Who is not to be contacted by a channel, or not at all."""
    with (PROJECT / "seeds" / "suppressed_customers.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["channel"] in ("", channel)]
    return {row["customer_id"] for row in rows}


def agrees(contact: dict[str, str], channel: str) -> bool:
    return contact[f"{channel} Consent"].lower() in ("yes", "true")


def email_of(contact: dict[str, str]) -> str:
    """The address as the tools want it; empty where there is none."""
    email = contact["Email"].lower()
    return email if re.fullmatch(r"[a-z][^ @]*@[^ @]+", email) else ""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def test_headers_are_those_that_the_tools_document(exports):
    assert exports.headers() == HEADERS
    assert all(len(cells) > 50 for cells in exports.cells.values())


def test_files_are_utf_8_with_plain_line_ends_and_sorted(exports):
    for name, content in exports.bytes.items():
        assert not content.startswith(b"\xef\xbb\xbf"), name
        assert b"\r" not in content, name
        rows = exports.cells[name][1:]
        # Nulls first; ranks are numbers of equal length here.
        assert rows == sorted(rows), name
    by_id = {row["Customer ID"]: row for row in exports.rows("export_klaviyo_profiles")}
    assert by_id["12350"]["First Name"] == "さくら"
    assert by_id["12351"]["Last Name"] == 'Smith, "Olga"'
    assert by_id["12352"]["First Name"] == "Two Lines"
    assert by_id["12353"]["Email"] == "loud.voice@example.com"


def test_the_order_of_the_contacts_changes_no_byte(builds):
    assert builds["backwards"].bytes == builds["sample"].bytes


def test_no_cell_can_become_a_formula(builds):
    for exports in builds.values():
        for cells in exports.cells.values():
            for cell in (cell for row in cells for cell in row):
                assert not re.match(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]", cell), cell
    by_id = {row["Customer ID"]: row for row in builds["sample"].rows("export_klaviyo_profiles")}
    assert [by_id[f"1234{digit}"]["Last Name"] for digit in "6789"] == [
        *("'=1+1", "'+SUM(A1:A9)", "'-Cmd", "'@Work")
    ]
    assert {row["reason"] for row in builds["sample"].rows("export_campaign_members")} == {"'=1+1"}


def test_phone_numbers_are_those_that_may_be_texted_and_load_as_numbers(exports, contacts):
    by_id = {row["Customer ID"]: row for row in exports.rows("export_klaviyo_profiles")}
    numbers = {customer: row["Phone Number"] for customer, row in by_id.items()}

    phones = exports.phones()
    assert [phones.get(str(number)) for number in range(12357, 12367)] == [
        *(f"+44770090010{digit}" for digit in "5678"),
        *("+12025550142", "+12025550143", None, None, None, None),
    ]
    assert all(
        number in ("", f"tel:{phones.get(customer)}") for customer, number in numbers.items()
    )
    refused = exports.share_a_phone_with_who_refuses("sms")
    assert len(refused - exports.ids("stg_customer_contacts where not has_sms_consent")) > 50
    assert all(re.fullmatch(r"(tel:\+[1-9]\d{7,14})?", number) for number in numbers.values())
    assert {customer for customer in numbers.keys() & contacts.keys() if numbers[customer]} == {
        customer
        for customer in numbers.keys() & contacts.keys()
        if agrees(contacts[customer], "SMS")
        and contacts[customer]["Phone"]
        and customer not in refused
        and customer not in ("12363", "12364", "12365", "12366")
    }


def test_profiles_are_of_those_who_agree_to_mail_and_are_not_suppressed(exports, contacts):
    profiles = {row["Customer ID"]: row for row in exports.rows("export_klaviyo_profiles")}

    assert {customer: profiles[customer]["Email"] for customer in profiles.keys() & contacts} == {
        customer: email_of(contact)
        for customer, contact in contacts.items()
        if agrees(contact, "Email") and email_of(contact) and customer not in suppressed("email")
    }
    # Twice the same counts once, and what one row takes back is taken back.
    assert profiles.keys() - contacts == {"12370"}
    assert {len(row) for row in profiles.values()} == {15}
    assert profiles["12370"]["Net Revenue"] == "1234.57"


@pytest.mark.parametrize(
    ("export", "columns", "plain_phone"),
    [
        ("export_google_customer_match", ("Email", "Phone", "First Name", "Last Name"), "+{}"),
        ("export_meta_custom_audience", ("email", "phone", "fn", "ln", "country"), "{}"),
    ],
)
def test_hashed_files_hold_hashes_of_those_who_agree_and_no_clear_identifier(
    exports, contacts, export, columns, plain_phone
):
    rows = exports.rows(export)
    content = exports.bytes[export].decode()

    for row in rows:
        assert all(re.fullmatch("([0-9a-f]{64})?", row[column]) for column in columns)
        assert any(row.values())
    assert not re.search("@|tel:|'", content)
    held_back = exports.ids("int_customers__reachable where is_in_holdout")
    left_out = held_back | suppressed("ads") | exports.share_a_phone_with_who_refuses("ads")
    agreed = {
        customer: contact
        for customer, contact in contacts.items()
        if agrees(contact, "Ads") and customer not in left_out
    }
    # The customer with two rows has the addresses of one.
    others = {sha256("twice@example.com"), sha256("after@example.com"), ""}
    assert {row[columns[0]] for row in rows} - others == {
        sha256(email_of(contact)) for contact in agreed.values()
    } - {""}
    assert len(agreed) <= len(rows) <= len(agreed) + 2
    phones = exports.phones()
    assert {row[columns[1]] for row in rows} >= {
        sha256(plain_phone.format(phones[customer][1:])) for customer in agreed.keys() & phones
    }
    assert sha256("さくら") in {row[columns[2]] for row in rows}
    assert sha256("robin") in {row[columns[2]] for row in rows}


def test_what_is_not_hashed_is_what_the_tools_want_clear(exports):
    google = exports.rows("export_google_customer_match")
    whole = [row for row in google if row["First Name"]]
    assert all(row["Last Name"] and row["Country"] and row["Zip"] for row in whole)
    assert all(not row["Country"] and not row["Zip"] for row in google if not row["First Name"])
    assert {row["Country"] for row in whole} == {"GB", "DE", "FR", "IE", "US"}

    meta = exports.rows("export_meta_custom_audience")
    assert all(re.fullmatch(r"\d+\.\d\d", row["value"]) for row in meta)
    assert {row["country"] for row in meta} >= {sha256("gb"), sha256("nl")}


def test_no_file_has_clear_and_hashed_identifiers(exports):
    for name, content in exports.bytes.items():
        is_hashed = re.search(rb"\b[0-9a-f]{64}\b", content) is not None
        is_clear = b"@" in content or b"tel:" in content
        assert not (is_hashed and is_clear), name


def test_controls_are_never_exported(exports):
    controls = set(
        exports.query("select campaign_id, customer_id from campaign_targets where variant is null")
    )
    members = {
        (row["campaign_id"], row["customer_id"]) for row in exports.rows("export_campaign_members")
    }
    assert len(controls) > 300
    assert len(members) > 400
    assert not members & controls
    # While their campaign is measured they are in no audience of ads either.
    measured = {customer for campaign, customer in controls if campaign != "planned"}
    for name in ("export_google_customer_match", "export_meta_custom_audience"):
        assert len(exports.ids(name)) == len(exports.rows(name))
        assert not exports.ids(name) & measured, name
    held_back = {
        row["Customer ID"]
        for row in exports.rows("export_klaviyo_profiles")
        if row["Held Back"] == "true"
    }
    assert held_back >= measured & {
        row["Customer ID"] for row in exports.rows("export_klaviyo_profiles")
    }


def test_members_may_still_be_contacted_by_their_channel_and_have_its_contact(exports, contacts):
    members = exports.rows("export_campaign_members")
    kinds = {
        campaign: {re.sub(r"^(tel:\+|[^@]+@).*", r"\1", row["contact"])[-1:] for row in rows}
        for campaign in ("mail", "text", "planned", "over", "letter")
        if (rows := [row for row in members if row["campaign_id"] == campaign])
    }

    assert kinds == {"mail": {"@"}, "text": {"+"}, "planned": {"@"}, "letter": {""}}
    for row in members:
        if row["contact"] and row["customer_id"] in contacts:
            channel = "SMS" if row["contact"].startswith("tel:") else "Email"
            assert agrees(contacts[row["customer_id"]], channel)


def test_an_empty_audience_is_a_header(builds):
    nobody = builds["nobody"]

    assert nobody.headers() == HEADERS
    for name in list(HEADERS)[:3]:
        assert nobody.bytes[name].decode() == ",".join(HEADERS[name]) + "\n"
    # Post needs no consent, and segment changes no contacts.
    assert {row["channel"] for row in nobody.rows("export_campaign_members")} == {"post"}


def test_without_contacts_no_address_is_exported_and_consent_is_unknown(builds):
    none = builds["none"]

    assert none.headers() == HEADERS
    for name in list(HEADERS)[:3]:
        assert none.bytes[name].decode() == ",".join(HEADERS[name]) + "\n"
    rows = none.rows("export_campaign_members")
    assert {(row["contact"], row["consent"], row["campaign_id"] == "letter") for row in rows} == {
        ("", "unknown", False),
        ("", "not needed", True),
    }
    members = {row["customer_id"] for row in rows if row["channel"] == "post"}
    treated = none.ids("campaign_targets where campaign_id = 'letter' and variant is not null")
    withheld = dict(
        none.query(
            "select customer_id, withheld_because from int_campaign_recipients "
            "where campaign_id = 'letter' and withheld_because is not null"
        )
    )
    assert members | withheld.keys() == treated
    assert not members & withheld.keys()
    assert set(withheld.values()) == {"suppression_list", "global_control"}
    assert {who for who, why in withheld.items() if why == "suppression_list"} == treated & (
        suppressed("post")
    )
    assert none.query("select count(*) from stg_customer_contacts") == [(0,)]
    assert none.query("select count(*) from rejected_customer_contacts") == [(0,)]


def test_a_warehouse_that_had_contacts_is_not_built_without_them(builds):
    folder = Path(builds["none"].warehouse).parent
    warehouse = folder / "warehouse.duckdb"
    for had, is_stopped in (("sample", False), ("shared", True)):
        shutil.copy(builds[had].warehouse, warehouse)
        built = run_build(folder, "lines.csv", "--select", "country_calling_codes")
        assert built.succeeded is not is_stopped, built.output
    assert "and CUSTOMER_CONTACTS is not set" in " ".join(built.output.split())


def test_an_address_gets_one_message_and_none_where_somebody_is_held_back_or_refuses(builds):
    shared = builds["shared"]
    members = [
        row["contact"]
        for row in shared.rows("export_campaign_members")
        if row["campaign_id"] == "mail"
    ]

    assert members == ["home@example.com", "alone@example.com"]
    withheld = shared.query(
        "select customer_id, withheld_because from int_campaign_recipients "
        "where campaign_id = 'mail' and customer_id between '12346' and '12356' "
        "and withheld_because is not null and customer_id <> '12354'"
    )
    assert dict(withheld) == {
        "12347": "same_household",
        "12349": "household_is_in_control",
        "12350": "household_is_in_control",
        "12352": "household_is_in_control",
        "12353": "no_consent",
        "12355": "no_consent",
    }
    profiles = {row["Email"]: row["Held Back"] for row in shared.rows("export_klaviyo_profiles")}
    assert profiles["chain@example.com"] == profiles["control@example.com"] == "true"
    assert profiles.keys().isdisjoint({"opted.out@example.com", "refuses@example.com"})
    ads = {row["Email"] for row in shared.rows("export_google_customer_match")}
    assert ads == {sha256("home@example.com"), sha256("alone@example.com")}


def test_no_address_of_a_campaign_gets_two_messages_or_one_of_a_control(exports):
    members = exports.rows("export_campaign_members")
    contacts = [(row["campaign_id"], row["contact"]) for row in members if row["contact"]]
    assert len(contacts) == len(set(contacts)) > 100
    for campaign, channel, column in (("mail", "email", "email"), ("text", "sms", "phone")):
        controls = {
            address
            for (address,) in exports.query(
                f"select {column} from campaign_targets "
                "inner join stg_customer_contacts__normalised using (customer_id) "
                f"where campaign_id = '{campaign}' and assignment = 'control' "
                f"and {column} is not null"
            )
        }
        assert controls, channel
        assert not controls & {
            row["contact"].removeprefix("tel:") for row in members if row["campaign_id"] == campaign
        }


def test_every_row_of_the_contacts_is_used_or_says_why_not(exports):
    reasons = exports.query(
        "select rejection_reason, is_left_out, count(*) from rejected_customer_contacts "
        "group by rejection_reason, is_left_out"
    )

    assert {(reason, is_left_out): count for reason, is_left_out, count in reasons} == {
        ("malformed_email", False): 2,
        ("malformed_phone", False): 4,
        ("missing_customer_id", True): 1,
        ("not_a_customer", False): 1,
        ("repeated_customer", True): 2,
        ("unknown_country", False): 1,
        ("unreadable_consent", False): 1,
    }
    assert len(exports.ids("stg_customer_contacts")) + 3 == len(contact_rows()) - 1


def test_a_contact_list_without_its_consents_stops_the_build(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text("Customer ID,E-mail\n1,a@example.com\n")

    built = run_build(
        tmp_path / "build",
        SAMPLE,
        *("--select", "base_customer_contacts"),
        customer_contacts=path,
    )

    assert not built.succeeded
    output = " ".join(built.output.split())
    assert "The customer contacts have no column 'Email' for email" in output
    assert "customer_contact_columns" in built.output


def test_contacts_without_a_row_stop_the_build(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text(SAMPLE_CONTACTS.read_text().splitlines()[0] + "\n")

    built = run_build(
        tmp_path / "build", SAMPLE, "--select", "base_customer_contacts", customer_contacts=path
    )

    assert not built.succeeded
    assert "CUSTOMER_CONTACTS holds nothing but headers" in " ".join(built.output.split())


def test_only_a_run_that_succeeds_publishes_and_a_reader_is_named(tmp_path):
    write_lines(tmp_path / "lines.csv", [line("1", "7", "2024-01-10")])
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(WAREHOUSE)
    folder = tmp_path / 'it\'s "mine" & yours'

    def run(*arguments: str, **options) -> Build:
        variables = {"exports_folder": str(folder)}
        return run_dbt(
            tmp_path, "build", *arguments, order_lines="lines.csv", variables=variables, **options
        )

    def manifest() -> dict:
        return json.loads((folder / "manifest.json").read_text())

    one = ("--select", "export_segment_changes", "--exclude-resource-type", "unit_test")
    first = run(*one)

    assert first.succeeded, first.output
    [name] = [path.name for path in folder.glob("*.csv")]
    entry = manifest()["files"][name]
    assert entry["rows"] == first.value("select count(*) from export_segment_changes")
    assert entry["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert entry["as_of_date"] == "2025-01-01"
    assert entry["warehouse"] == str(warehouse)
    assert stat.S_IMODE(warehouse.stat().st_mode) == 0o600
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    # The table and its file are made, and then a test of them fails.
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into customer_segment_history select * from customer_segment_history"
        )
    failed = run(*one)

    assert not failed.succeeded
    assert "No export was written" in failed.output
    assert not list(folder.rglob("*.csv"))
    assert manifest()["last_run"]["status"] == "failed"
    assert manifest()["stale"][name] == entry

    with duckdb.connect(str(warehouse), read_only=True):
        # This process holds the file: a run in another one cannot open it.
        locked = run(*one)

    assert not locked.succeeded
    [told] = [text for text in locked.output.splitlines() if "is open in" in text]
    assert f"process {os.getpid()} " in told
    assert "Traceback" not in locked.output


def test_a_retry_writes_no_exports(tmp_path):
    """Nobody is asked for today's consents in a retry, so its files would be of yesterday's."""
    write_lines(tmp_path / "lines.csv", [line("1", "7", "2024-01-10")])
    warehouse = tmp_path / "warehouse.duckdb"
    one = ("--select", "export_segment_changes", "--exclude-resource-type", "unit_test")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(WAREHOUSE)
        connection.execute("alter table customer_segment_history rename to elsewhere")
    failed = run_dbt(tmp_path, "build", *one, order_lines="lines.csv")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table elsewhere rename to customer_segment_history")

    retried = run_dbt(tmp_path, "retry", order_lines="lines.csv")

    assert not failed.succeeded
    assert not retried.succeeded
    assert "dbt retry writes no exports" in " ".join(retried.output.split())
    assert not list(tmp_path.rglob("export_segment_changes.csv"))


def test_addresses_are_not_exported_by_consents_of_an_earlier_run(tmp_path):
    write_lines(tmp_path / "lines.csv", [line("1", "7", "2024-01-10")])

    stopped = run_build(
        tmp_path / "build",
        tmp_path / "lines.csv",
        *("--select", "int_customers__reachable+,path:models/exports"),
    )

    assert not stopped.succeeded
    told = " ".join(stopped.output.split())
    assert "export_google_customer_match, export_klaviyo_profiles, export_meta_custom_audi" in told
    assert "dbt build --select tag:campaigns" in told


def test_an_exports_folder_that_is_a_file_stops_the_run_in_one_line(tmp_path):
    write_lines(tmp_path / "lines.csv", [line("1", "7", "2024-01-10")])
    (tmp_path / "taken").write_text("")

    stopped = run_build(
        tmp_path / "build",
        tmp_path / "lines.csv",
        *("--select", "export_segment_changes"),
        variables={"exports_folder": str(tmp_path / "taken")},
    )

    assert not stopped.succeeded
    assert f"The exports cannot be written to '{tmp_path / 'taken'}'" in stopped.output
    assert "Traceback" not in stopped.output
