"""Any retailer's order lines: other headers, other formats, other shapes."""

import gzip

import duckdb
import pytest
from conftest import HEADERS, SAMPLE, line, run_build, write_lines

# Where a file is read, and may be refused.
STAGING = ("--select", "+stg_order_lines")


def test_csv_gz_parquet_and_a_glob_give_what_the_csv_gives(sample_build, build, tmp_path):
    zipped = tmp_path / "lines.csv.gz"
    zipped.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    columnar = tmp_path / "lines.parquet"
    read = f"read_csv('{SAMPLE}', all_varchar = true)"
    duckdb.sql(f"select * from {read}").write_parquet(str(columnar))
    # Two files, the columns of the second in another order.
    half = 'hash("Invoice") % 2'
    duckdb.sql(f"select * from {read} where {half} = 0").write_csv(str(tmp_path / "part_1.csv"))
    duckdb.sql(f'select "Country", * exclude ("Country") from {read} where {half} = 1').write_csv(
        str(tmp_path / "part_2.csv")
    )

    # All that comes after is made from these (test_any_order.py).
    staging = ["stg_order_lines__typed", "stg_order_lines"]
    expected = sample_build.digests(staging)
    for name, path in [("gz", zipped), ("parquet", columnar), ("glob", tmp_path / "part_*.csv")]:
        assert build(path, *STAGING, name=name).digests(staging) == expected, name


def test_headers_match_whatever_their_case_and_blanks(build, tmp_path):
    path = tmp_path / "lines.csv"
    headers = ["INVOICE ", "stock code", "quantity", "Invoice Date", "price", "customerid"]
    write_lines(path, [("1", "A", 2, "2024-01-10", "2.5", "007")], headers)

    built = build(path)

    assert built.query("select customer_id, net_revenue::double, country from customers") == [
        ("007", 5.0, None)
    ]


def test_a_shop_export_with_one_row_a_line_item(build, tmp_path):
    path = tmp_path / "shop.csv"
    headers = ["Name", "Email", "Created at", "Lineitem quantity", "Lineitem name"]
    headers += ["Lineitem price", "Lineitem sku", "Billing Country", "Line"]
    rows = [
        ("#1001", "k1", "2024-01-10 10:00:00 +0100", 2, "Cup", "4.50", "CUP", "NO", 1),
        ("#1001", "k1", "2024-01-10 10:00:00 +0100", 1, "Pot", "20", "POT", "NO", 2),
        # The same again, on a line of its own: no duplicate, because its number differs.
        ("#1001", "k1", "2024-01-10 10:00:00 +0100", 1, "Pot", "20", "POT", "NO", 3),
    ]
    write_lines(path, rows, headers)

    built = build(
        path,
        *("--select", "+orders"),
        variables={
            "order_line_columns": {
                "order_id": "Name",
                "product_id": "Lineitem sku",
                "product_name": "Lineitem name",
                "quantity": "Lineitem quantity",
                "ordered_at": "Created at",
                "unit_price": "Lineitem price",
                "customer_id": "Email",
                "country": "Billing Country",
            }
        },
    )

    assert built.query(
        "select order_id, customer_id, net_revenue::double, ordered_at::varchar from orders"
    ) == [("#1001", "k1", 49.0, "2024-01-10 09:00:00")]


def test_a_log_of_customer_date_and_amount_only(build, tmp_path):
    path = tmp_path / "log.csv"
    rows = [
        ("k1", "2024-01-10", "100.00"),
        ("k1", "2024-02-10", "40.00"),
        # Part of the latest purchase that was large enough is paid back, twice.
        ("k1", "2024-03-01", "-60.00"),
        ("k1", "2024-03-02", "-15.00"),
        ("k2", "2024-03-03", "12.34"),
    ]
    write_lines(path, rows, ["customer", "date", "amount"])

    built = build(
        path,
        variables={
            "order_line_columns": {
                "customer_id": "customer",
                "ordered_at": "date",
                "unit_price": "amount",
                "order_id": None,
                "product_id": None,
                "quantity": None,
            }
        },
    )

    assert built.query(
        "select customer_id, order_date::varchar, net_revenue::double from orders order by all"
    ) == [("k1", "2024-01-10", 40.0), ("k1", "2024-02-10", 25.0), ("k2", "2024-03-03", 12.34)]
    assert built.line_count("unmatched_returns") == 0


def test_a_german_export(build, tmp_path):
    path = tmp_path / "export.csv"
    header = "Beleg;Artikel;Bezeichnung;Menge;Datum;Preis;Kunde"
    rows = [
        '1;A1;"Tasse; groß";2;31.12.2024 14:05;1.234,50;k1',
        "2;A2;Müsli;1;01.01.2025 09:00;0,99;k2",
    ]
    path.write_bytes("\r\n".join([header, *rows]).encode("latin-1"))

    built = build(
        path,
        *("--select", "+order_lines"),
        variables={
            "csv_options": {"delim": ";", "encoding": "latin-1"},
            "ordered_at_format": "%d.%m.%Y %H:%M",
            "decimal_separator": ",",
            "order_line_columns": {
                "order_id": "Beleg",
                "product_id": "Artikel",
                "product_name": "Bezeichnung",
                "quantity": "Menge",
                "ordered_at": "Datum",
                "unit_price": "Preis",
                "customer_id": "Kunde",
            },
        },
    )

    assert built.query(
        "select customer_id, product_name, net_revenue::double, ordered_at::varchar "
        "from order_lines order by 1"
    ) == [
        ("k1", "Tasse; groß", 2469.0, "2024-12-31 14:05:00"),
        ("k2", "Müsli", 0.99, "2025-01-01 09:00:00"),
    ]


def failure(tmp_path, order_lines, *arguments, **options) -> str:
    built = run_build(tmp_path / "build", order_lines, *arguments, **options)
    assert not built.succeeded
    return " ".join(built.output.split())


def test_a_missing_required_column_is_named_with_the_headers_found(tmp_path):
    path = tmp_path / "lines.csv"
    write_lines(path, [("1", "x")], ["Invoice", "Bestelldatum"])

    output = failure(tmp_path, path, *STAGING)

    # All of them at once.
    assert (
        "The order lines have no column 'StockCode' for product_id, 'Quantity' for quantity, "
        "'InvoiceDate' for ordered_at, 'Customer ID' for customer_id, 'Price' for unit_price or "
        "'line_amount' for line_amount"
    ) in output
    assert "Their headers are: Invoice, Bestelldatum" in output
    assert "SKIP" not in output


def test_two_columns_that_could_be_meant_are_named(tmp_path):
    path = tmp_path / "lines.csv"
    write_lines(path, [("1", "2")], ["INVOICE", "In voice"])

    output = failure(tmp_path, path, *STAGING)

    assert "2 columns that could be 'Invoice' for order_id: INVOICE, In voice" in output


def test_a_file_with_another_delimiter_is_told_apart(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("Invoice;StockCode\n1;A\n")

    assert "name what stands between them: csv_options: {delim: ';'}" in failure(
        tmp_path, path, *STAGING
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "missing.csv" in failure(tmp_path, tmp_path / "missing.csv", *STAGING)


@pytest.mark.parametrize("change", ["{},surplus", "1,A,cut off"])
def test_a_line_with_too_many_or_too_few_fields_is_named(tmp_path, change):
    path = tmp_path / "lines.csv"
    good = ",".join(str(value) for value in line("1", "7", "2024-01-10"))
    lines = [",".join(HEADERS), *[good] * 30_000, change.format(good)]
    path.write_text("\n".join(lines) + "\n")

    assert "lines.csv, line 30002: " in failure(tmp_path, path, *STAGING)


def test_a_short_file_with_a_broken_line_is_refused(tmp_path):
    path = tmp_path / "lines.csv"
    good = ",".join(str(value) for value in line("1", "7", "2024-01-10"))
    path.write_text("\n".join([",".join(HEADERS), good, "1,A,cut off"]) + "\n")

    output = failure(tmp_path, path, *STAGING)

    assert "lines.csv, line 3: 3 fields, and the header (line 1) has 8" in output
    assert "sniff" not in output
