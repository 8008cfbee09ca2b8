"""The presets (macros/input/input_presets.sql), each with a file as its vendor writes it.

The files are in tests/fixtures/presets; what they hold is counted by hand in expected.yml.
"""

import csv
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from conftest import PROJECT

FIXTURES = PROJECT / "tests" / "fixtures" / "presets"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((FIXTURES / "expected.yml").read_text())

COLUMNS = {
    *("order_id", "product_id", "product_name", "product_category", "quantity"),
    *("ordered_at", "ordered_time", "unit_price", "line_amount", "customer_id", "country"),
    *("line_discount", "order_discount", "order_subtotal", "refunded_amount", "refunded_at"),
    *("line_refunded_amount", "order_status", "cancelled_at", "currency", "tax_amount"),
    "order_tax",
}
OPTIONS = {
    *("csv_options", "ordered_at_format", "decimal_separator", "duplicate_lines"),
    *("uncounted_statuses", "leave_out", "keep_only", "fill_order_columns"),
    *("order_discount_includes_line_discounts", "time_zone", "non_merchandise_names"),
}
# Why a row does not count that is neither a sale nor a return. Which of them holds first, where
# several do, is not the vendor's matter.
NOT_COUNTED = {"order_not_counted", "left_out", "missing_order_id"}


def render_presets() -> list[dict[str, Any]]:
    """The presets as the macro returns them, without dbt."""
    returned: list[list[dict[str, Any]]] = []

    def keep(value: list[dict[str, Any]]) -> str:
        returned.append(value)
        return ""

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals["return"] = keep
    source = (PROJECT / "macros" / "input" / "input_presets.sql").read_text()
    environment.from_string(source).module.input_presets()
    [presets] = returned
    return presets


PRESETS = {preset["name"]: preset for preset in render_presets()}


def plain(header: str) -> str:
    """A header as headers are compared: whatever its case and blanks."""
    return header.lower().replace(" ", "")


def alternatives(said: str | list[str] | None) -> list[str]:
    """The headers that a column, or an item of a signature, may have."""
    if said is None:
        return []
    return [said] if isinstance(said, str) else list(said)


def read_rows(name: str, preset: dict[str, Any]) -> list[list[str]]:
    """A fixture's rows, the headers first, by what the preset says of its dialect."""
    dialect = preset.get("options", {}).get("csv_options", {})
    text = (FIXTURES / name).read_bytes().decode("utf-8-sig")
    quote = dialect.get("quote", '"')
    return list(
        csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect.get("delim", ","),
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            quotechar=quote or None,
        )
    )


def read_headers(name: str, preset: dict[str, Any]) -> set[str]:
    """A fixture's plain headers."""
    return {plain(header) for header in read_rows(name, preset)[0]}


def fits(preset: dict[str, Any], headers: set[str]) -> bool:
    """Whether the headers have all of a preset's signature and nothing that excludes it."""
    signature = [{plain(header) for header in alternatives(item)} for item in preset["signature"]]
    excluding = {plain(header) for header in preset.get("not_with", [])}
    return all(item & headers for item in signature) and not excluding & headers


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_says_what_it_may_say(preset):
    assert set(preset) <= {
        *("name", "label", "aliases", "description", "signature", "not_with", "columns"),
        *("may_be_missing", "left_unread", "options"),
    }
    assert {"name", "label", "description", "signature", "columns", "may_be_missing"} <= set(preset)
    columns, options = preset["columns"], preset.get("options", {})
    mapped = {column for column, said in columns.items() if said is not None}
    assert preset["signature"]
    assert preset["description"].endswith(".")
    assert set(columns) <= COLUMNS
    assert set(options) <= OPTIONS
    assert set(preset["may_be_missing"]) <= mapped
    assert len(preset["may_be_missing"]) == len(set(preset["may_be_missing"]))
    assert len(mapped & {"unit_price", "line_amount"}) == 1
    assert "ordered_at" in mapped - set(preset["may_be_missing"])

    assert options.get("duplicate_lines", "reject") in {"reject", "keep", "latest"}
    assert set(options.get("csv_options", {})) <= {
        *("delim", "quote", "escape", "encoding", "skip", "comment"),
    }
    for pattern in options.get("uncounted_statuses", []) + options.get("non_merchandise_names", []):
        assert pattern == pattern.lower()
    for setting in ["leave_out", "keep_only"]:
        for values in options.get(setting, {}).values():
            assert isinstance(values, list)
            assert all(isinstance(value, str) for value in values)


def test_names_are_unique_and_every_preset_has_a_file():
    names = [preset["name"] for preset in render_presets()]

    assert len(names) == len(set(names))
    aliases = {alias for preset in PRESETS.values() for alias in preset.get("aliases", [])}
    assert not aliases & set(names)
    assert {expected["preset"] for expected in EXPECTED.values()} == set(names)
    files = {path.name for path in FIXTURES.iterdir() if path.suffix in {".csv", ".txt"}}
    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_headers_of_a_file_choose_its_preset_and_no_other(name):
    chosen = [
        preset["name"] for preset in PRESETS.values() if fits(preset, read_headers(name, preset))
    ]

    assert chosen == [EXPECTED[name]["preset"]]


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        # A file of which the owner chose both quantities.
        (
            ["Order Number", "Order Date", "Item Cost", "Quantity", "Quantity (- Refund)"],
            ["woocommerce_order_export"],
        ),
        # Square's other layout, whose Net Sales mean the same.
        (
            [
                *("Date", "Transaction ID", "Item", "Price Point Name", "Qty"),
                *("Product Sales", "Discounts", "Net Sales", "Tax", "Gross Sales"),
            ],
            ["square"],
        ),
        (["NAME", "createdat", "Lineitem Quantity", "lineitem price"], ["shopify"]),
        (["customer", "date", "amount", "quantity"], []),
        (["order_id", "product_id", "quantity", "ordered_at", "unit_price", "customer_id"], []),
    ],
)
def test_headers_choose_a_preset(headers, names):
    found = {plain(header) for header in headers}

    assert [preset["name"] for preset in PRESETS.values() if fits(preset, found)] == names


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_has_the_headers_that_are_mapped(name):
    preset = PRESETS[EXPECTED[name]["preset"]]
    headers = read_headers(name, preset)
    absent = [
        column
        for column, said in preset["columns"].items()
        if said is not None and not {plain(header) for header in alternatives(said)} & headers
    ]

    assert absent == EXPECTED[name]["absent"]
    assert set(absent) <= set(preset["may_be_missing"])


def test_headers_of_rows_that_do_not_count_are_in_a_file():
    for preset in PRESETS.values():
        headers: set[str] = set()
        for name, expected in EXPECTED.items():
            if expected["preset"] == preset["name"]:
                headers |= read_headers(name, preset)
        options = preset.get("options", {})
        for setting in ["leave_out", "keep_only"]:
            assert {plain(header) for header in options.get(setting, {})} <= headers


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_as_the_vendor_writes_it(name):
    expected = EXPECTED[name]
    content = (FIXTURES / name).read_bytes()
    rows = read_rows(name, PRESETS[expected["preset"]])

    assert 12 <= len(rows) - 1 <= 30
    assert {len(row) for row in rows} == {len(rows[0])}
    assert content.startswith(b"\xef\xbb\xbf") == expected["bytes"].get("mark", False)
    assert content.endswith(b"\r\n" if expected["bytes"]["line_end"] == "crlf" else b"\n")
    assert (b"\r" in content) == (expected["bytes"]["line_end"] == "crlf")
    assert sum(expected["lines"].values()) == len(rows) - 1


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_builds_right_without_any_variable(name, build):
    """The file of a vendor, and nothing said of it, gives the true net revenue."""
    expected = EXPECTED[name]
    built = build(FIXTURES / name, "--select", "+orders", name=Path(name).stem)

    lines: Counter[str] = Counter()
    for kind, count in built.query(
        "select coalesce(line_kind, rejection_reason), count(*) from stg_order_lines group by 1"
    ):
        lines["not_counted" if kind in NOT_COUNTED else kind] += count
    net_revenue: Counter[str] = Counter()
    for order_id, amount in built.query("select order_id, net_revenue from orders"):
        net_revenue[order_id] += amount
    # An order has something left unless it is given back as a whole; a return that no sale was
    # found for stands as an order of its own, below zero.
    left = "from orders where net_revenue > 0"

    assert dict(lines) == expected["lines"]
    assert built.value("select sum(net_revenue) from orders") == Decimal(expected["net_revenue"])
    assert built.value(f"select count(*) {left}") == expected["order_count"]
    assert built.value(f"select count(distinct customer_id) {left}") == expected["customer_count"]
    assert {order_id: net_revenue[order_id] for order_id in expected["orders"]} == {
        order_id: Decimal(amount) for order_id, amount in expected["orders"].items()
    }
