"""Inputs on which the project once went wrong, and others of their kinds, as whole builds.

The inputs that are files are in tests/fixtures/cases. Inputs that need the same variables are built
in one go: the project is parsed once for all of them (`build_each`), and small ones are the files
of one glob. What each must give is written as its orders, `order customer date revenue`, and its
rejected lines, `order: reason`.
"""

import gzip
import importlib.util
import io
import math
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Build, copy_project, run_build
from customer_value.input_files import inspect_input
from engines import differences

CASES = PROJECT / "tests" / "fixtures" / "cases"
# One process makes the builds that the tests share.
pytestmark = pytest.mark.xdist_group("cases")
SPARK = importlib.util.find_spec("pyspark") is not None
HEADERS = "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID"
SELECT = ("+data_quality", "rejected_order_lines")


@dataclass(frozen=True)
class Input:
    """A small input of a group: its lines, and what they must give."""

    name: str
    lines: str
    expected: str
    headers: str = HEADERS
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Group:
    """Inputs that are built with the same variables."""

    name: str
    variables: Mapping
    # Files of tests/fixtures/cases and small inputs that are one build, as a glob.
    together: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[Input] = ()
    # Files of tests/fixtures/cases with a build of their own.
    alone: Sequence[str] = ()
    # Files that a function writes, with a build of their own.
    written: Mapping[str, Callable[[Path], object]] = field(default_factory=dict)
    select: Sequence[str] = SELECT
    aliases: str = ""
    contacts: str = ""
    seeds: Mapping[str, str] = field(default_factory=dict)


def build_each(
    folder: Path,
    variables: Mapping,
    inputs: Mapping[str, Path | str],
    select: Sequence[str] = SELECT,
    target: str = "duckdb",
    project: Path = PROJECT,
    environment: Mapping[str, str] | None = None,
    own_variables: Mapping[str, Mapping] | None = None,
    own_environments: Mapping[str, Mapping[str, str]] | None = None,
    log_level: str = "none",
) -> dict[str, Build]:
    """Build each input, as `run_build` does, but with the project parsed only once for all.

    A build may have variables of its own, where they change no ref and no config.
    """
    folder.mkdir(exist_ok=True)
    return {
        name: run_build(
            folder / name,
            path,
            "--select",
            *select,
            variables={**variables, **(own_variables or {}).get(name, {})},
            project=project,
            target=target,
            environment={**(environment or {}), **(own_environments or {}).get(name, {})},
            log_level=log_level,
            is_parsed_once=True,
        )
        for name, path in inputs.items()
    }


def write_inputs(folder: Path, group: Group) -> None:
    """The small inputs and the cases of a group that are built together, as files of a folder."""
    folder.mkdir()
    for name in group.together:
        shutil.copy(CASES / name, folder)
    for other in group.others:
        text = "\n".join([other.headers, *other.lines.strip().split("\n"), ""])
        (folder / f"{other.name}.csv").write_bytes(text.encode(other.encoding))


def prepare_group(folder: Path, group: Group) -> dict:
    """What `build_each` needs to build a group: `together`, and what is built alone."""
    folder.mkdir()
    inputs: dict[str, Path | str] = {name.split(".")[0]: CASES / name for name in group.alone}
    for name, write in group.written.items():
        inputs[name.split(".")[0].split("/")[0]] = folder / name
        write(folder / name)
    if group.together or group.others:
        write_inputs(folder / "inputs", group)
        inputs["together"] = folder / "inputs" / "*.csv"
    project = PROJECT
    if group.seeds:
        seeds = {f"seeds/{name}.csv": text for name, text in group.seeds.items()}
        project = copy_project(folder / "project", seeds)
    environment = {}
    for variable, text in [
        ("CUSTOMER_ALIASES", group.aliases),
        ("CUSTOMER_CONTACTS", group.contacts),
    ]:
        if text:
            path = folder / f"{variable.lower()}.csv"
            path.write_text(text)
            environment[variable] = str(path)
    return {
        **{"variables": group.variables, "inputs": inputs, "select": group.select},
        **{"project": project, "environment": environment},
    }


def seen(built: Build, name: str) -> list[str]:
    """What a file of a build gave: its orders and its rejected lines, sorted."""
    of_file = f"(source_file = '{name}' or suffix(source_file, '/{name}'))"
    orders = built.query(
        "select orders.order_id || ' ' || coalesce(orders.customer_id, 'guest') || ' ' || "
        "orders.order_date || ' ' || "
        "coalesce(format('{:.2f}', orders.net_revenue::double), '-') from orders "
        f"semi join (select * from stg_order_lines where {of_file} and rejection_reason is null) "
        "as lines on orders.order_id = lines.order_id "
        "and orders.customer_id is not distinct from lines.customer_id"
    )
    rejected = built.query(
        "select coalesce(raw_order_id, raw_customer_id, '') || ': ' || rejection_reason "
        f"from rejected_order_lines where {of_file}"
    )
    return sorted(text.replace("\n", "\\n") for (text,) in orders + rejected)


def said(text: str) -> list[str]:
    """The lines of an expectation, sorted."""
    return sorted(line.strip() for line in text.strip().split("\n"))


def doubts(built: Build) -> dict[str, int]:
    """The checks of data_quality that are in doubt, with what they count."""
    return dict(built.query("select check_name, row_count from data_quality where is_in_doubt"))


def write_giant(path: Path) -> None:
    """A log in which one customer is a till, with headers of money that nobody reads."""
    rows = [
        f"c{customer},2024-{1 + (customer + 3 * visit) % 12:02}-{1 + customer % 28:02},10,1,0"
        for customer in range(60)
        for visit in range(1 + customer % 2)
    ]
    rows += [f"walk-in,2024-{1 + day % 12:02}-{1 + day % 28:02},10,1,0" for day in range(40)]
    path.write_text("\n".join(["customer,date,amount,Tip,Refunded Amount", *rows, ""]))


def write_amounts_in_one_of_two(pattern: Path) -> None:
    """Two files, of which one has an amount of the line beside the price."""
    pattern.parent.mkdir()
    (pattern.parent / "a.csv").write_text(f"{HEADERS},line_amount\n1,A,2,2024-01-02,5,c,9.00\n")
    (pattern.parent / "b.csv").write_text(f"{HEADERS}\n2,A,2,2024-01-03,5,c\n")


def write_parquet_of_sql(path: Path) -> None:
    """Parquet whose columns are called by SQL and by Jinja."""
    duckdb.sql("""
        select
            'q' || id as "Invoice", 'A' as "StockCode", 1 as "Quantity",
            date '2024-01-01' + cast(id as integer) as "InvoiceDate", 5.5 as "Price",
            'q' as "Customer ID", 'x' as "x""; drop table orders; --",
            'y' as "') || error('INJECTED') || ('", 'z' as "`{{ 1 / 0 }}`", {'a': id} as "s.a"
        from (select unnest(range(10)) as id)
    """).write_parquet(str(path))


PLAIN = Group(
    "plain",
    {},
    select=(*SELECT, "+customer_segment_history"),
    alone=(
        *("canonical-headers.csv", "header-quote-injects.csv", "lines-that-begin-with-hash.csv"),
        *("parquet-struct.parquet", "shopify-orders-export.csv"),
    ),
    written={
        "giant.csv": write_giant,
        "one-of-two/*.csv": write_amounts_in_one_of_two,
        "parquet-of-sql.parquet": write_parquet_of_sql,
    },
    together={
        "email-case.csv": """
            4001 jane@example.com 2024-01-05 10.00
            4002 jane@example.com 2024-02-05 10.00
            4003 jane@example.com 2024-03-05 10.00
            4004 bob@example.com 2024-03-06 10.00
        """,
        "glob-header-renamed-2023.csv": """
            1001 11 2023-01-05 10.00
            1002 12 2023-01-06 5.00
            1003 13 2023-01-07 3.00
        """,
        "glob-header-renamed-2024.csv": """
            2001 11 2024-01-05 10.00
            2002 12 2024-01-06 5.00
            2003 13 2024-01-07 3.00
        """,
        # Counted in a test of its own.
        "mixed-line-ends.csv": "",
        "missing-markers.csv": """
            3001 guest 2024-03-01 10.00
            3002 guest 2024-03-02 10.00
            3003 guest 2024-03-03 10.00
            3004 guest 2024-03-03 10.00
            3005 guest 2024-03-03 10.00
            3006 guest 2024-03-03 10.00
            3007 0 2024-03-03 10.00
            3008 -1 2024-03-03 10.00
            3009 Guest 2024-03-03 10.00
            3010 - 2024-03-03 10.00
            3011 90 2024-03-04 10.00
            3012 91 2024-03-05 10.00
        """,
        "order-id-reused.csv": """
            1 207 2023-03-06 10.00
            1 (2024-04-06) 207 2024-04-06 10.00
            2 208 2024-04-07 10.00
        """,
        "price-decimals.csv": """
            3010 208 2024-03-06 12.35
            3011 209 2024-03-06 1.70
            3012 210 2024-03-06 8264.46
            3013 211 2024-03-06 4.00
        """,
        "refund-negative-price.csv": """
            3006 203 2024-03-06 0.00
            3009 204 2024-03-21 27.00
        """,
        "return-over-two-sales.csv": """
            3003 202 2024-03-05 0.00
            3004 202 2024-04-05 0.00
            3006 205 2024-04-10 40.00
        """,
    },
    others=[
        Input(
            "fields-of-a-failed-lookup",
            """
#N/A,A,1,2024-01-02,5,h1
#h2,A,1,2024-01-02,5,#N/A
#h3,#N/A,1,2024-01-02,6,#h3
h4,A,1,#N/A,5,h3
h5,A,#N/A,2024-01-02,5,h3
#,,,,,
            """,
            """
            #N/A: missing_order_id
            #h2 guest 2024-01-02 5.00
            #h3 #h3 2024-01-02 6.00
            h4: missing_ordered_at
            h5: missing_quantity
            #: missing_ordered_at
            """,
        ),
        Input(
            "headers-in-another-case-and-order",
            "b,5,A,2024-01-02,1,b1",
            "b1 b 2024-01-02 5.00",
            headers="customerid, PRICE ,STOCKCODE,invoice date,Quantity, In voice",
        ),
        Input(
            "headers-of-our-own-columns",
            "w1,A,1,2024-01-02,5,w" + ",x" * 611,
            "w1 w 2024-01-02 5.00",
            headers=HEADERS
            + ",raw_customer_id,line_hash,source_file,left_out,c0,select,,e\u0301,\u202e,😀,Ⅷ"
            + "".join(f",x{number}" for number in range(600)),
        ),
        Input(
            "headers-of-unread-columns-twice",
            "e1,A,1,2024-01-02,5,e,x,y",
            "e1 e 2024-01-02 5.00",
            headers=HEADERS + ",Note,Note",
        ),
        Input(
            "headers-of-sql",
            "q1,A,1,2024-01-02,5,q,x,y,z",
            "q1 q 2024-01-02 5.00",
            headers=HEADERS
            + ""","x""; drop table orders; --","') || error('INJECTED') || ('",{{ 1 / 0 }}""",
        ),
        Input(
            "utf-16",
            "ø1,東,1,2024-01-02,5,å",
            "ø1 å 2024-01-02 5.00",
            encoding="utf-16",
        ),
        Input(
            "line-ends-and-delimiters-in-fields",
            '"v\n1","A,\r\nB",1,2024-01-02,5,"v ""5"""',
            'v\\n1 v "5" 2024-01-02 5.00',
        ),
        Input(
            "customer-ids-of-spreadsheets",
            '''
"=""0001""",A,1,2024-01-02,5,"=""00042"""
i2,A,1,2024-01-03,5,'00042
i3,A,1,2024-01-04,5,00042
i4,A,1,2024-01-05,5,1.23457E+5
i5,A,1,2024-01-06,5,1.23457E+11
i6,A,1,2024-01-07,5,13085.0
i7,A,1,2024-01-08,5, Ann@Example.COM
i8,A,1,2024-01-09,5,ann@example.com
i9,A,1,2024-01-10,5,Ab
i10,A,1,2024-01-11,5,AB
            ''',
            """
            0001 00042 2024-01-02 5.00
            i2 00042 2024-01-03 5.00
            i3 00042 2024-01-04 5.00
            i4 123457 2024-01-05 5.00
            i5 1.23457E+11 2024-01-06 5.00
            i6 13085 2024-01-07 5.00
            i7 ann@example.com 2024-01-08 5.00
            i8 ann@example.com 2024-01-09 5.00
            i9 Ab 2024-01-10 5.00
            i10 AB 2024-01-11 5.00
            """,
        ),
        Input(
            "an-order-over-midnight",
            "m1,A,1,2024-01-31 23:50:00,5,m\nm1,B1,1,2024-02-01 00:10:00,7,m",
            "m1 m 2024-01-31 12.00",
        ),
        Input(
            "order-ids-of-several-customers",
            """
s1,A,1,2024-01-02,5,sa
s1,A,1,2024-01-02,6,sb
s2,A,1,2024-01-02,5,sa
s2,A,1,2024-06-02,6,sb
            """,
            """
            s1 sa 2024-01-02 5.00
            s1 sb 2024-01-02 6.00
            s2 sa 2024-01-02 5.00
            s2 sb 2024-06-02 6.00
            """,
        ),
        Input(
            "an-order-id-used-three-times",
            """
u1,A,1,2023-01-01,5,u
u1,A,1,2023-06-01,6,u
u1,B1,1,2023-06-02,1,u
u1,A,1,2024-01-01,7,u
g1,A,1,2023-01-01,5,
g1,A,1,2023-01-09,6,
            """,
            """
            u1 u 2023-01-01 5.00
            u1 (2023-06-01) u 2023-06-01 7.00
            u1 (2024-01-01) u 2024-01-01 7.00
            g1 guest 2023-01-01 5.00
            g1 (2023-01-09) guest 2023-01-09 6.00
            """,
        ),
        Input(
            "a-return-over-three-sales",
            """
t1,T,1,2024-01-01,10,t
t2,T,2,2024-01-02,10,t
t3,T,1,2024-01-03,10,t
t4,T,-4,2024-01-04,10,t
t5,U,1,2024-01-01,10,t
t6,U,2,2024-01-02,10,t
t7,U,1,2024-01-03,10,t
t8,U,-3,2024-01-04,10,t
            """,
            """
            t1 t 2024-01-01 0.00
            t2 t 2024-01-02 0.00
            t3 t 2024-01-03 0.00
            t5 t 2024-01-01 10.00
            t6 t 2024-01-02 0.00
            t7 t 2024-01-03 0.00
            """,
        ),
        Input(
            "a-return-of-more-than-was-sold",
            "o1,V,2,2024-01-01,10,o\no2,V,-3,2024-01-04,10,o",
            "o1 o 2024-01-01 20.00\no2 o 2024-01-04 -30.00",
        ),
        Input(
            "negative-prices",
            """
n1,A,2,2024-01-01,10,n
n2,A,2,2024-01-02,-15,n
n3,A,1,2024-01-03,-5,
n4,A,-1,2024-01-03,-5,n
n5,B1,1,2024-01-04,20,n
n5,VOUCHER,1,2024-01-04,-25,n
            """,
            """
            n1 n 2024-01-01 -10.00
            n3: negative_price
            n4: negative_price
            n5 n 2024-01-04 -5.00
            """,
        ),
        Input(
            "product-codes-in-another-case",
            """
pc1,abc-1,1,2024-01-01,10,c
pc2, ABC-1 ,-1,2024-01-02,10,c
pc3,Post,1,2024-01-03,4,c
pc3,A,1,2024-01-03,5,c
            """,
            "pc1 c 2024-01-01 0.00\npc3 c 2024-01-03 5.00",
        ),
        Input(
            "times-of-spreadsheets-and-others",
            """
x1,A,1,45356.5,5,x
x2,A,1,45292,5,x
x3,A,1,"45293,25",5,x
x4,A,1,2024/03/05 10:00,5,x
x5,A,1,2024-01-31T23:30:00-08:00,5,x
x6,A,1,31.01.2024,5,x
x7,A,1,7/17/2024,5,x
            """,
            """
            x1 x 2024-03-05 5.00
            x2 x 2024-01-01 5.00
            x3 x 2024-01-02 5.00
            x4 x 2024-03-05 5.00
            x5 x 2024-02-01 5.00
            x6: unparseable_ordered_at
            x7: unparseable_ordered_at
            """,
        ),
        Input(
            "money",
            """
p1,A,1,2024-01-01,"$1,299.00",p
p2,A,1,2024-01-02,"1.299,00",p
p3,P3,1,2024-01-03,(4.50),p
p4,P4,1,2024-01-04,4.50-,p
p5,P5,1,2024-01-05,-$4.50,p
p6,A,1,2024-01-06,EUR 4.50,p
p7,A,1,2024-01-07,4.50 USD,p
p8,A,1,2024-01-08,"1 299,00",p
p9,A,1,2024-01-09,1'299.00,p
p10,A,1,2024-01-10,"1,299",p
p11,A,1,2024-01-11,1.299,p
p12,A,1,2024-01-12,"0,999",p
p13,A,1,2024-01-13,"12,9",p
p14,A,1,2024-01-14,"₹1,23,456.00",p
p15,A,1,2024-01-15,"1,299.0.0",p
p16,A,1,2024-01-16,4.50-5,p
p17,A,1,2024-01-17,(4.50,p
p18,P18,1,2024-01-18,\u22124.50,p
p19,A,1,2024-01-19,$,p
p20,A,3 pcs,2024-01-20,5,p
            """,
            """
            p1 p 2024-01-01 1299.00
            p2 p 2024-01-02 1299.00
            p3 p 2024-01-03 -4.50
            p4 p 2024-01-04 -4.50
            p5 p 2024-01-05 -4.50
            p6 p 2024-01-06 4.50
            p7 p 2024-01-07 4.50
            p8 p 2024-01-08 1299.00
            p9 p 2024-01-09 1299.00
            p10: ambiguous_unit_price
            p11 p 2024-01-11 1.30
            p12 p 2024-01-12 1.00
            p13 p 2024-01-13 12.90
            p14 p 2024-01-14 123456.00
            p15: unparseable_unit_price
            p16: unparseable_unit_price
            p17: unparseable_unit_price
            p18 p 2024-01-18 -4.50
            p19: unparseable_unit_price
            p20: unparseable_quantity
            """,
        ),
        Input(
            "prices-of-many-decimals",
            """
r1,A,0.3333,2024-01-01,0.3333,r
r2,GRAM,100000,2024-01-02,-0.00012345,r
r3,A,1,2024-01-03,0.00004,r
            """,
            """
            r1 r 2024-01-01 0.11
            r2 r 2024-01-02 -12.35
            r3: zero_price
            """,
        ),
        Input(
            "discounts-of-orders",
            """
d1,A,1,2024-01-02,10,d,4.00
d1,B1,1,2024-01-02,30,d,4.00
d2,A,1,2024-01-03,10,d,-4.00
d2,B1,1,2024-01-03,30,d,
d3,A,1,2024-01-04,10,d,10
d3,B1,1,2024-01-04,10,d,10
d3,C9X,1,2024-01-04,10,d,10
d4,A,1,2024-01-05,10,d,50
d5,A,1,2024-01-06,10,d,ten
            """,
            """
            d1 d 2024-01-02 36.00
            d2 d 2024-01-03 36.00
            d3 d 2024-01-04 20.00
            d4 d 2024-01-05 0.00
            d5: unparseable_order_value
            """,
            headers=HEADERS + ",order_discount",
        ),
        Input(
            "discounts-and-tax-of-lines",
            """
y1,A,2,2024-01-02,12,y,4.00,,
y2,A,1,2024-01-03,10,y,,,8
y2,B1,1,2024-01-03,30,y,,,8
y3,A,1,2024-01-04,10,y,,2.50,
            """,
            """
            y1 y 2024-01-02 20.00
            y2 y 2024-01-03 32.00
            y3 y 2024-01-04 7.50
            """,
            headers=HEADERS + ",tax_amount,line_discount,order_tax",
        ),
        Input(
            "statuses-of-orders",
            """
k1,A,1,2024-01-02,5,k,Cancelled,
k2,A,1,2024-01-03,5,k,CANCELED,
k3,A,1,2024-01-04,5,k,voided,
k4,A,1,2024-01-05,5,k,Paid,-
k5,A,1,2024-01-06,5,k,refunded,
k6,A,1,2024-01-07,5,k,canceLLed,
k6,B1,1,2024-01-07,6,k,,
k7,A,1,2024-01-08,5,k,,
k8,A,1,2024-01-09,5,k,,2024-01-10
            """,
            """
            k1: order_not_counted
            k2: order_not_counted
            k3: order_not_counted
            k4 k 2024-01-05 5.00
            k5: order_not_counted
            k6: order_not_counted
            k6: order_not_counted
            k7 k 2024-01-08 5.00
            k8: order_not_counted
            """,
            headers=HEADERS + ",Order_Status,cancelled_at",
        ),
        Input(
            "what-an-order-says-is-not-of-another-with-its-id",
            """
v1,A1,1,2023-01-02,20,va,5,,0
v1,A1,1,2024-01-02,20,va,0,,0
v2,A1,1,2024-01-02,20,va,,2024-01-03,0
v2,A1,1,2024-06-02,20,va,,,0
v3,A1,1,2024-01-02,20,va,5,,0
v3,A1,1,2024-01-02,20,vb,0,,0
v4,A1,1,2023-01-02,20,va,0,,20
v4,A1,1,2024-01-02,20,va,0,,0
            """,
            """
            v1 va 2023-01-02 15.00
            v1 (2024-01-02) va 2024-01-02 20.00
            v2: order_not_counted
            v2 (2024-06-02) va 2024-06-02 20.00
            v3 va 2024-01-02 15.00
            v3 vb 2024-01-02 20.00
            v4 va 2023-01-02 0.00
            v4 (2024-01-02) va 2024-01-02 20.00
            """,
            headers=HEADERS + ",order_discount,cancelled_at,refunded_amount",
        ),
        Input(
            "refunds-with-a-date-of-their-own",
            """
f1,A,1,2024-01-10,100,f,30.00,2024-03-01
f2,A,1,2024-01-10,50,f2,99,2024-01-12
            """,
            """
            f1 f 2024-01-10 70.00
            f2 f2 2024-01-10 0.00
            """,
            headers=HEADERS + ",refunded_amount,refunded_at",
        ),
        Input(
            "lines-that-differ-in-an-unread-column-only",
            "l1,A,1,2024-01-02,5,l,first export\nl1,A,1,2024-01-02,5,l,second export",
            "l1 l 2024-01-02 10.00",
            headers=HEADERS + ",Exported",
        ),
    ],
)
PACIFIC = Group(
    "pacific",
    {
        "order_line_columns": {
            **{"order_id": "Name", "product_id": "Lineitem sku", "product_name": "Lineitem name"},
            **{"quantity": "Lineitem quantity", "ordered_at": "Created at"},
            **{"unit_price": "Lineitem price", "customer_id": "Email"},
            "country": "Billing Country",
        },
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
    },
    alone=("shop-order-level.csv", "shop-timezone.csv"),
)
MONEY_HEADERS = "Date,Item,Qty,Net Sales,Transaction ID,Customer ID"
MONEY = Group(
    "money",
    {
        "order_line_columns": {
            **{"order_id": "Transaction ID", "product_id": "Item", "ordered_at": "Date"},
            **{"unit_price": "Net Sales", "customer_id": "Customer ID", "quantity": None},
        },
        "time_zone": "Asia/Kolkata",
    },
    together={
        "money-with-symbols.csv": """
            T1 C1 2024-01-03 0.00
            T2 C2 2024-01-04 1299.00
            T3 C3 2024-01-05 1299.00
            T5 C1 2024-01-07 -4.50
            T6 C2 2024-01-08 4.50
            T7 C3 2024-01-09 4.50
            T8 C1 2024-01-10 4.50
        """,
    },
    others=[
        Input(
            "days-in-kolkata",
            """
2024-01-31T19:00:00Z,K,1,5,K1,CK
2024-01-31T18:00:00Z,K,1,5,K2,CK
2024-02-01 00:10:00,K,1,5,K3,CK
2024-02-02,K,1,"1,299",K4,CK
            """,
            """
            K1 CK 2024-02-01 5.00
            K2 CK 2024-01-31 5.00
            K3 CK 2024-02-01 5.00
            K4: ambiguous_unit_price
            """,
            headers=MONEY_HEADERS,
        ),
    ],
)
FORMAT_HEADERS = "Member_number,Date,itemDescription,amount"
FORMATS = Group(
    "formats",
    {
        "order_line_columns": {
            **{"customer_id": "Member_number", "ordered_at": "Date"},
            **{"product_id": "itemDescription", "unit_price": "amount"},
            **{"order_id": None, "quantity": None},
        },
        "ordered_at_format": ["%d-%m-%Y", "%d/%m/%Y", "%d-%m-%Y %H:%M", "iso"],
        "time_zone": "Europe/Berlin",
    },
    together={
        "mixed-date-formats.csv": """
            1 21-07-2015 1 2015-07-21 2.00
            2 5/1/2015 2 2015-01-05 2.00
            3 5/1/2015 3 2015-01-05 1.00
            1 13/2/2015 1 2015-02-13 1.00
            2 19-09-2015 2 2015-09-19 3.00
            3 1/12/2015 3 2015-12-01 2.50
        """,
    },
    others=[
        Input(
            "a-date-and-a-time",
            """
dt,30-03-2024,milk,2,23:30
dt,31-03-2024,milk,2,23:30
dt,2024-06-30,milk,2,07:08:09
            """,
            """
            dt 30-03-2024 23:30 dt 2024-03-30 2.00
            dt 31-03-2024 23:30 dt 2024-03-31 2.00
            dt 2024-06-30 07:08:09 dt 2024-06-30 2.00
            """,
            headers=FORMAT_HEADERS + ",ordered_time",
        ),
        Input(
            "days-in-berlin",
            """
b,2024-03-30T22:59:59Z,milk,2
b,2024-03-30T23:30:00Z,milk,2
b,2024-06-30T22:30:00Z,milk,2
b,2024-10-26T22:30:00Z,milk,2
b,2024-10-27T22:30:00Z,milk,2
b,2024-12-31T23:00:00Z,milk,2
b,01-07-2024,milk,2
            """,
            """
            b 2024-03-30T22:59:59Z b 2024-03-30 2.00
            b 2024-03-30T23:30:00Z b 2024-03-31 2.00
            b 2024-06-30T22:30:00Z b 2024-07-01 2.00
            b 2024-10-26T22:30:00Z b 2024-10-27 2.00
            b 2024-10-27T22:30:00Z b 2024-10-27 2.00
            b 2024-12-31T23:00:00Z b 2025-01-01 2.00
            b 01-07-2024 b 2024-07-01 2.00
            """,
            headers=FORMAT_HEADERS,
        ),
    ],
)
AMOUNT_HEADERS = "amazon-order-id,purchase-date,sku,quantity,item-price,buyer,unit_price"
AMOUNTS = Group(
    "amounts",
    {
        "order_line_columns": {
            **{"order_id": "amazon-order-id", "product_id": "sku", "ordered_at": "purchase-date"},
            **{"line_amount": "item-price", "customer_id": "buyer", "quantity": "quantity"},
        },
    },
    alone=("line-amount.csv",),
    others=[
        Input(
            "amounts-beside-prices",
            """
a1,2024-01-10,p1,2,20.00,a,10.00
a2,2024-01-11,p2,3,20.00,a,6.67
a3,2024-01-12,p3,2,25.00,a,10.00
a4,2024-01-13,petrol,40000,99.60,a,0.00249
a5,2024-01-14,p5,2,20.00,a,10.00
a6,2024-01-15,p5,-2,20.00,a,10.00
a7,2024-01-16,p7,1,10.00,a,
a8,2024-01-17,p7,-1,-10.00,a,
            """,
            """
            a1 a 2024-01-10 20.00
            a2 a 2024-01-11 20.00
            a3 a 2024-01-12 25.00
            a4 a 2024-01-13 99.60
            a5 a 2024-01-14 0.00
            a7 a 2024-01-16 0.00
            """,
            headers=AMOUNT_HEADERS,
        ),
        Input(
            "customers-who-were-merged",
            """
al1,2024-01-10,p1,1,10.00,old-1,
al2,2024-01-11,p1,1,10.00,old-2,
al3,2024-01-12,p1,1,10.00,new,
al4,2024-01-13,p1,1,10.00,OLD@x.com,
al5,2024-01-14,p2,1,10.00,old-1,
al6,2024-01-15,p2,-1,-10.00,new,
            """,
            """
            al1 new 2024-01-10 10.00
            al2 new 2024-01-11 10.00
            al3 new 2024-01-12 10.00
            al4 new@x.com 2024-01-13 10.00
            al5 new 2024-01-14 0.00
            """,
            headers=AMOUNT_HEADERS,
        ),
    ],
    aliases="Customer ID,Belongs To\nold-1,old-2\nold-2,new\nOld@X.com,New@X.com\n",
)
GERMAN = Group(
    "german",
    {
        "csv_options": {"delim": ";", "encoding": "windows-1252", "skip": 1},
        "decimal_separator": ",",
    },
    others=[
        Input(
            "german",
            """
Invoice;StockCode;Description;Quantity;InvoiceDate;Price;Customer ID
g1;Käse;Käse €;1;2024-01-01;1.299,00 €;Jürgen
g2;A;;1;2024-01-02;1.299;Jürgen
g3;A;;1;2024-01-03;€ 4,50;Jürgen
g4;A;;1,5;2024-01-04;4,00;Jürgen
g5;A;;1;2024-01-05;1,299.00;Jürgen
g6;A;;1;2024-01-06;4.5;Jürgen
            """,
            """
            g1 Jürgen 2024-01-01 1299.00
            g2 Jürgen 2024-01-02 1299.00
            g3 Jürgen 2024-01-03 4.50
            g4 Jürgen 2024-01-04 6.00
            g5: unparseable_unit_price
            g6: unparseable_unit_price
            """,
            headers="Umsätze; alle",
            encoding="windows-1252",
        ),
    ],
)
SETTINGS = Group(
    "settings",
    {
        "currency": "EUR",
        "duplicate_lines": "latest",
        "guest_customer_ids": ["0", -1, "Guest", "-"],
        "order_line_columns": {"unit_price": ["Price", 'Pri"ce']},
    },
    select=(*SELECT, "+rejected_customer_contacts", "+stg_suppressed_customers"),
    together={
        "several-currencies.csv": """
            o0 c0 2024-01-10 10.00
            o1: other_currency
            o2 c0 2024-01-12 10.00
            o3: other_currency
            o4 c0 2024-01-14 10.00
            o5: other_currency
            o6 c0 2024-01-16 10.00
            o7 c1 2024-01-17 9.00
            o8 c0 2024-01-18 10.00
            o9 c1 2024-01-19 9.00
            o10 c0 2024-01-20 10.00
            o11 c1 2024-01-21 7.50
        """,
        "missing-markers.csv": """
            3001 guest 2024-03-01 10.00
            3002 guest 2024-03-02 10.00
            3003 guest 2024-03-03 10.00
            3004 guest 2024-03-03 10.00
            3005 guest 2024-03-03 10.00
            3006 guest 2024-03-03 10.00
            3007 guest 2024-03-03 10.00
            3008 guest 2024-03-03 10.00
            3009 guest 2024-03-03 10.00
            3010 guest 2024-03-03 10.00
            3011 90 2024-03-04 10.00
            3012 91 2024-03-05 10.00
        """,
        "email-case.csv": """
            4001 jane@example.com 2024-01-05 10.00
            4002 jane@example.com 2024-02-05 10.00
            4003 jane@example.com 2024-03-05 10.00
            4004 bob@example.com 2024-03-06 10.00
        """,
    },
    others=[
        Input(
            "export-1",
            """
w1,A,1,2024-01-02,5,w,paid
w2,A,1,2024-01-03,6,w,pending
w3,A,1,2024-01-04,7,w,paid
            """,
            """
            w1 w 2024-01-02 5.00
            w2: superseded
            w3: superseded
            """,
            headers=HEADERS + ",order_status",
        ),
        Input(
            "export-2",
            """
w2,A,1,2024-01-03,6,w,paid
w3,A,1,2024-01-04,7,w,Cancelled
            """,
            """
            w2 w 2024-01-03 6.00
            w3: order_not_counted
            """,
            headers=HEADERS + ",order_status",
        ),
        Input(
            "header-with-a-quote",
            "hq1,A,1,2024-01-02,5,hq",
            "hq1 hq 2024-01-02 5.00",
            headers=HEADERS.replace("Price", '"Pri""ce"'),
        ),
        Input(
            "ids-that-begin-with-a-hash",
            "#s1,A,1,2024-01-02,5,#77",
            "#s1 #77 2024-01-02 5.00",
        ),
    ],
    seeds={
        "exchange_rates": "currency,valid_from,rate\njpy,2024-01-16,0.006\nJPY,2024-01-20,0.005\n",
        "suppressed_customers": (
            "customer_id,channel,reason\nJANE@example.com,,Asked\nnobody@example.com,,Asked\n"
        ),
    },
    contacts=(
        "Customer ID,Email,Phone,Country,Email Consent,SMS Consent,Ads Consent,"
        """"x"") || error('INJECTED') || (""y"\n"""
        "#77,#77@example.com,,United Kingdom,yes,no,no,\n"
        "Jane@Example.com,jane@example.com,,United Kingdom,yes,no,no,\n"
        "BOB@EXAMPLE.COM,Bob@Example.com,,United Kingdom,yes,no,no,\n"
    ),
)
VISITS = Group(
    "visits",
    {
        "order_line_columns": {
            **{"customer_id": "visitor", "ordered_at": "day", "order_id": None},
            **{"product_id": None, "quantity": None, "unit_price": None, "line_amount": None},
        },
    },
    select=(*SELECT, "+customers"),
    others=[
        Input(
            "visits",
            "\n".join(
                f"v{visitor:02},2024-{1 + (visitor * 5 + visit * visitor) % 12:02}-"
                f"{1 + (visitor * 7 + visit * 11) % 28:02}"
                for visitor in range(40)
                for visit in range(1 + visitor % 6)
            ),
            "",
            headers="visitor,day",
        ),
    ],
)
GROUPS = [PLAIN, PACIFIC, MONEY, FORMATS, AMOUNTS, GERMAN, SETTINGS, VISITS]


@dataclass(frozen=True)
class Fault:
    """An input that stops the build, and what the message must say."""

    name: str
    lines: str | bytes | None
    words: Sequence[str]
    suffix: str = "csv"
    # Said of what the lines hold, and so after some models are built.
    is_of_values: bool = False


ROW = "1,A,1,2024-01-02,5,c"
GOOD = "\n".join([HEADERS, ROW, "2,A,1,2024-01-03,5,d", ""])


def zipped(name: str, text: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(name, text)
    return archive.getvalue()


def gzipped_lines(count: int = 400) -> bytes:
    """A gzip file of lines with random numbers, so that a cut is within its data."""
    numbers = random.Random(13)
    rows = [f"{n},A,1,2024-01-02,{numbers.randint(1, 10**9)},c{n}" for n in range(count)]
    return gzip.compress("\n".join([HEADERS, *rows, ""]).encode())


FAULTS = [
    Fault(
        "early-broken-row",
        None,
        ["early-broken-row.csv, line 3: 4 fields", "has 8", "Mend the line"],
    ),
    Fault(
        "duplicate-headers",
        None,
        ["duplicate-headers.csv", "2 columns that could be 'Price'", "order_line_columns"],
    ),
    Fault(
        "duplicate-headers-but-for-case",
        f"{HEADERS},price\n{ROW},1\n",
        ["duplicate-headers-but-for-case.csv", "Price, price", "Name one exactly"],
    ),
    Fault(
        "header-quote",
        None,
        ["'Price' for unit_price", 'Pri"ce', "Name the right ones in the var order_line_columns"],
    ),
    Fault(
        "missing-columns",
        "Invoice,Quantity,When,Price\n1,1,2024-01-02,5\n",
        ["'StockCode' for product_id", "'InvoiceDate' for ordered_at", "'Customer ID'", "When"],
    ),
    Fault(
        "headers-of-a-vendor",
        "Name,Email,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Currency,"
        "Billing Country,Discount Amount,Subtotal,Refunded Amount,Financial Status,Cancelled at,"
        "Created\n#1,a@example.com,1,Mug,5.00,MUG,USD,US,0,5.00,0,paid,,2024-01-02\n",
        ["These headers are those of Shopify's orders export: set input_preset: shopify"],
    ),
    Fault("gz-cut", gzipped_lines()[:-1000], ["gz-cut.csv.gz", "gzip"], suffix="csv.gz"),
    Fault("gz-without-its-end", gzipped_lines()[:-8], ["gzip"], suffix="csv.gz"),
    Fault("gz-named-csv", gzipped_lines(), ["gz-named-csv.csv", "gzip", "ends in .gz"]),
    Fault("zip-named-csv", zipped("lines.csv", GOOD), ["zip-named-csv.csv", "zip", "Unpack it"]),
    Fault("a-title", f"All orders\n{GOOD}", ["line 2: 6 fields", "'All orders'", "skip: 1"]),
    Fault(
        "an-unclosed-quote",
        GOOD + '3,"A,1,2024-01-04,5,c\n4,A,1,2024-01-04,5,c\n',
        ["an-unclosed-quote.csv, line 4", "quote", "not closed"],
    ),
    Fault(
        "a-long-row",
        GOOD + "3,A,B,1,2024-01-04,5,c\n",
        ["a-long-row.csv, line 4: 7 fields", "has 6", "quote the field"],
    ),
    Fault("semicolons", GOOD.replace(",", ";"), ["one field", "csv_options: {delim: ';'}"]),
    Fault(
        "latin-1",
        f"{HEADERS}\n{ROW}üller\n".encode("latin-1"),
        ["latin-1.csv, line 2", "utf-8", "csv_options: {encoding: windows-1252}"],
    ),
    Fault("utf-16-without-a-mark", GOOD.encode("utf-16-le"), ["NUL", "encoding: utf-16"]),
    Fault("empty", "", ["empty.csv is empty: 0 bytes"]),
    Fault("a-page", "<!DOCTYPE html>\n<html></html>\n", ["a page of the web", "Export it again"]),
    Fault("cut", (CASES / "parquet-struct.parquet").read_bytes()[:-9], ["Parquet"], "parquet"),
    Fault("nothing-but-headers", f"{HEADERS}\n", ["no line but the header"], is_of_values=True),
    Fault(
        "no-line-could-be-read",
        None,
        ["None of the 24 order lines is a sale", "'1/13/2024'", "Set ordered_at_format"],
        is_of_values=True,
    ),
    Fault(
        "every-price-is-zero",
        f"{HEADERS}\n1,A,1,2024-01-02,0,c\n2,A,1,2024-01-03,0.00,d\n3,A,1,2024-01-04,x,d\n",
        ["None of the 3 order lines is a sale", "2, are zero_price", "'0'", "'0.00'", "price"],
        is_of_values=True,
    ),
    Fault(
        "several-currencies",
        None,
        ["EUR (6 lines", "JPY (6 lines", "Set the var currency"],
        is_of_values=True,
    ),
    Fault(
        "shop-order-level",
        None,
        ["USD (5 lines", "JPY (1 lines", "Set the var currency"],
        is_of_values=True,
    ),
]
WRONG_VARIABLES = [
    *(
        ({name: value}, [f"The var {name} is {words}"])
        for name, value, words in [
            (
                "history_months",
                "30",
                "'30': it must be a whole number of at least 1",
            ),
            ("history_months", 0, "0: it must be a whole number of at least 1"),
            ("history_months", True, "True: it must be a whole number"),
            ("history_months", 10**9, "1000000000: it must be a whole number"),
            ("history_months", None, "not set: it must be a whole number"),
            ("gross_margin", math.nan, "nan: it must be a number of at least 0 and at most 1"),
            ("discount_rate", math.inf, "inf: it must be a number"),
            ("discount_rate", True, "True: it must be a number"),
            ("outlier_iqr_multiple", "3", "'3': it must be a number"),
            ("backtest_horizon_days", "x", "'x': it must be a list of whole numbers"),
            ("backtest_horizon_days", [], "[]: it must be a list of whole numbers"),
            ("backtest_horizon_days", [90, 90], "[90, 90]: it must be a list of whole numbers"),
            ("guest_customer_ids", [[1]], "[[1]]: it must be a list of texts"),
            ("guest_customer_ids", [False], "[False]: it must be a list of texts, in quotes where"),
            ("uncounted_statuses", [None], "[None]: it must be a list of texts"),
            ("leave_out", {"Void": True}, "{'Void': True}: it must be a mapping of texts"),
            (
                "order_line_columns",
                {"quantity": [["a"]]},
                "{'quantity': [['a']]}: it must be a",
            ),
            ("ordered_at_format", 5, "5: it must be iso, excel, a format such as"),
            ("ordered_at_format", [], "an empty list"),
            ("cancellation_pattern", "", "'': it must be a regular expression"),
            ("as_of_date", 0, "0: it must be a date such as 2011-12-10"),
            ("as_of_date", "10/12/2011", "'10/12/2011': it must be a date such as"),
            ("as_of_date", "9999-12-31", "'9999-12-31': it must be a date such as"),
            ("decimal_separator", ";", "';': it must be '.' or ','"),
            ("duplicate_lines", "drop", "'drop': it must be reject or keep"),
            ("refit", "daily", "'daily': it must be build or month or never"),
            ("churn_horizon_days", 45, "45: it must be one of backtest_horizon_days, 90, 180"),
            ("value_tier_shares", [0.5, 0.4, 0.1], "[0.5, 0.4, 0.1]: it must be a list of three"),
            ("value_tier_shares", [0.2, "x", 0.1], "[0.2, 'x', 0.1]: it must be a list of three"),
            ("value_tier_shares", [math.nan, 0.1, 0.1], "[nan, 0.1, 0.1]: it must be a list of t"),
            ("value_tier_shares", 0.2, "0.2: it must be a list of three numbers above 0"),
            ("cluster_count", 11, "11: it must be 2 or 3"),
            ("cluster_count", "four", "'four': it must be 2 or 3"),
            (
                "cluster_correlation_limit",
                1.5,
                "1.5: it must be a number of at least 0",
            ),
        ]
    ),
    ({"rfm_edges": "frozen"}, ["The var rfm_edges_date is not set: it must be a date"]),
    ({"ordered_at_format": "%Y-%Q"}, ["The var ordered_at_format has '%Q', which is not read"]),
    ({"campaign_salt": "a{{ 1 / 0"}, ["The var campaign_salt (--vars) contains {{"]),
    ({"leave_out": {'Vo"id': 5}}, ["The var leave_out names the header 'Vo\"id', which"]),
    ({"order_line_columns": {"order": "Invoice"}}, ["names 'order', which is no column of an"]),
    ({"order_line_columns": ["Price"]}, ["order_line_columns", "must be a mapping"]),
    ({"csv_options": "latin-1"}, ["csv_options", "must be a mapping", "encoding: latin-1"]),
    ({"cancellation_pattern": "([A-Z"}, ["cancellation_pattern", "must be a regular expression"]),
    ({"as_of_date": "2024-02-30"}, ["as_of_date", "2024-02-30", "date"]),
    ({"time_zone": "Pacific"}, ["time_zone", "'Pacific'", "America/Los_Angeles"]),
    ({"as_of_dat": "2024-02-01"}, ["There is no var 'as_of_dat'", "is it as_of_date?"]),
    ({"cancellation_pattern": "a{2,1}"}, ["cancellation_pattern", "regular expression"]),
    ({"contacts_may_be_missing": "ja"}, ["contacts_may_be_missing", "true or false"]),
    ({"exports_folder": 3}, ["exports_folder", "it must be a text"]),
    ({"input_preset": "shopfy"}, ["input_preset", "'shopfy'", "shopify, square", "woocommerce,"]),
]
PEOPLE = ("+stg_customer_contacts", "+stg_customer_aliases")
PERSON = "77001,secret@shop.example,+44 7700 900123,Norway,Ann,Secret,yes,no,yes\n"
CONTACTS = (
    "Customer ID,Email,Phone,Country,First Name,Last Name,Email Consent,SMS Consent,Ads Consent\n"
    + PERSON
)
# An input about people with a fault, and the words about it; none where it builds. No message and
# no log quotes a record, a name, an address or a number of theirs.
FAULTS_OF_PEOPLE: dict[str, tuple[str, str | bytes, list[str]]] = {
    **{
        name: ("CUSTOMER_CONTACTS", content, words)
        for name, content, words in [
            ("odd values", CONTACTS + PERSON.replace("yes", "Secret").replace("y@", "y@@"), []),
            ("short line", CONTACTS + "77001,secret@x.example\n", ["line 3: 2 fields", "has 9"]),
            ("long line", CONTACTS + PERSON[:-1] + ",secret\n", ["line 3: 10 fields"]),
            (
                "inner quote",
                CONTACTS + PERSON.replace("Ann", 'A "secret"'),
                ["line 3", "at character 52 of the line"],
            ),
            ("open quote", CONTACTS + PERSON.replace("Ann", '"Ann'), ["line 3", "not closed"]),
            ("bad byte", (CONTACTS + "Secr\xe9t\n").encode("latin-1"), ["line 3", "0xe9"]),
            ("no header", PERSON * 2, ["Is the first line of the file the headers?"]),
            ("other delim", PERSON.replace(",", ";") * 2, ["line 1", "delim: ';'"]),
            ("title", f"Contacts of secret@x.example\n{CONTACTS}", ["line 2", "skip: 1"]),
            ("remote_short", CONTACTS + "77001,secret@x.example\n", ["not on this machine"]),
            ("remote_late", CONTACTS + PERSON * 30_000 + "77001,Secret\n", ["line 30003"]),
            ("cut gzip", gzip.compress(CONTACTS.encode())[:-1], ["is cut"]),
        ]
    },
    **{
        name: ("CUSTOMER_ALIASES", f"Customer ID,Belongs To\n{rows}", words)
        for name, rows, words in [
            ("circle", "a,b\nb,c\nc,a\n", ["customer a", "in the end"]),
            ("two owners", "a,b\na,c\n", ["customer a", "more than one"]),
            ("two owners of an address", "secret@x.de,b\nsecret@x.de,c\n", ["more than one"]),
        ]
    },
    "aliases cut gzip": ("CUSTOMER_ALIASES", gzip.compress(PERSON.encode())[:-1], ["is cut"]),
}
NAMED = {group.name: group for group in GROUPS}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Callable[[str], dict]:
    """The inputs of a group, written once."""
    folder = tmp_path_factory.mktemp("cases")

    @cache
    def prepare(name: str) -> dict:
        return {"folder": folder / name, **prepare_group(folder / name, NAMED[name])}

    return prepare


@pytest.fixture(scope="module")
def built(prepared) -> Callable[[str], dict[str, Build]]:
    """The builds of a group on DuckDB, made when the first test asks."""

    @cache
    def build(name: str) -> dict[str, Build]:
        request = dict(prepared(name))
        folder = request.pop("folder")
        builds = build_each(folder / "duckdb", **request)
        for build in builds.values():
            assert build.succeeded, build.output
        return builds

    return build


@pytest.mark.parametrize(
    ("group", "name", "expected"),
    [
        pytest.param(group.name, name, expected, id=f"{group.name}: {name.removesuffix('.csv')}")
        for group in GROUPS
        for name, expected in [
            *group.together.items(),
            *((f"{other.name}.csv", other.expected) for other in group.others),
        ]
        if expected
    ],
)
def test_an_input_gives_its_orders_and_rejections(built, group, name, expected):
    assert seen(built(group)["together"], name) == said(expected)


@pytest.mark.parametrize(
    ("group", "name", "expected"),
    [
        (
            "plain",
            "shopify-orders-export",
            """
            #1001 a@example.com 2024-03-05 80.00
            #1002 b@example.com 2024-03-06 0.00
            #1003: order_not_counted
            #1004 guest 2024-03-08 30.00
            #1005 guest 2024-03-09 30.00
            #1006 b@example.com 2024-03-10 40.00
            #1007 b@example.com 2024-03-11 40.00
            """,
        ),
        (
            "pacific",
            "shop-order-level",
            """
            #1001 ann@example.com 2024-01-31 45.00
            #1002 bob@example.com 2024-02-01 0.00
            #1003 bob@example.com 2024-02-03 30.00
            #1004: order_not_counted
            #1005: other_currency
            """,
        ),
        (
            "pacific",
            "shop-timezone",
            """
            #1001 ann@example.com 2024-01-31 20.00
            #1002 ann@example.com 2024-02-29 30.00
            #1003 bob@example.com 2024-03-09 30.00
            #1004 bob@example.com 2024-03-10 10.00
            #1005 cat@example.com 2024-12-31 30.00
            """,
        ),
    ],
)
def test_a_shop_gives_its_orders_and_rejections(built, group, name, expected):
    assert seen(built(group)[name], f"{name}.csv") == said(expected)


@pytest.mark.parametrize(
    ("group", "name", "lines", "orders", "customers", "units", "revenue"),
    [
        ("plain", "canonical-headers", 20, 20, 5, 30, 194),
        ("plain", "lines-that-begin-with-hash", 19, 19, 4, 28, 280),
        ("plain", "header-quote-injects", 60, 60, 40, 180, 975),
        ("plain", "parquet-struct", 60, 60, 40, 180, 975),
        ("plain", "parquet-of-sql", 10, 10, 1, 10, 55),
        ("amounts", "line-amount", 20, 20, 5, 50, 500),
    ],
)
def test_a_file_is_read_whole(built, group, name, lines, orders, customers, units, revenue):
    build = built(group)[name]

    assert build.query(
        "select count(*), count(distinct (order_id, customer_id)), count(distinct customer_id), "
        "sum(quantity)::double, sum(net_revenue)::double from order_lines"
    ) == [(lines, orders, customers, units, revenue)]
    assert build.value("select count(*) from rejected_order_lines") == 0
    assert build.line_count("lines") == lines


def test_a_line_without_an_amount_in_its_file_has_quantity_times_price(built):
    build = built("plain")["one-of-two"]

    assert (seen(build, "a.csv"), seen(build, "b.csv")) == (
        *(["1 c 2024-01-02 9.00"], ["2 c 2024-01-03 10.00"]),
    )


def test_lines_that_end_differently_are_read(built):
    assert built("plain")["together"].query(
        "select count(*), sum(lines.line_amount)::double from order_lines "
        "inner join stg_order_lines as lines using (order_line_id) "
        "where source_file like '%mixed-line-ends.csv'"
    ) == [(60, 975.0)]


def test_prices_of_many_decimals_are_rounded_once(built):
    assert built("plain")["together"].query(
        "select order_id, line_amount::varchar from order_lines "
        "where customer_id in ('208', '209', '210', '211', 'r') and order_id <> '2' order by 1"
    ) == [
        *(("3010", "12.3450"), ("3011", "1.7034"), ("3012", "8264.4628"), ("3013", "4.0000")),
        *(("r1", "0.1111"), ("r2", "-12.3450")),
    ]


def test_customers_have_what_their_orders_have(built):
    assert built("plain")["together"].query(
        "select customer_id, order_count, order_day_count, net_revenue::double, "
        "last_order_date::varchar "
        "from customer_segment_history where is_current and customer_id in "
        "('jane@example.com', '203', '202', '207', 'NA', '00042') order by 1"
    ) == [
        ("00042", 3, 3, 15.0, "2024-01-04"),
        ("202", 0, 0, 0.0, None),
        ("203", 0, 0, 0.0, None),
        ("207", 2, 2, 20.0, "2024-04-06"),
        ("jane@example.com", 3, 3, 30.0, "2024-03-05"),
    ]


def test_a_refund_is_known_from_its_own_date(built):
    revenues = built("plain")["together"].query(
        "select as_of_date <= date '2024-03-01', min(net_revenue)::double, "
        "max(net_revenue)::double from customer_segment_history where customer_id = 'f' "
        "group by 1 order by 1 desc"
    )

    assert revenues == [(True, 100.0, 100.0), (False, 70.0, 70.0)]


@pytest.mark.parametrize("order_id", ["d1", "d2", "d3", "y2"])
def test_an_orders_amounts_are_shared_to_the_penny(built, order_id):
    [(taken, cents, lines)] = built("plain")["together"].query(
        "select sum(discount_amount + tax_amount)::double, "
        "bool_and(100 * (discount_amount + tax_amount) % 1 = 0), count(*) "
        f"from order_lines where order_id = '{order_id}'"
    )

    assert (taken, cents) == ({"d1": 4, "d2": 4, "d3": 10, "y2": 8}[order_id], True)
    assert lines == (3 if order_id == "d3" else 2)


def test_times_are_kept_in_utc_and_days_in_the_zone_of_the_shop(built):
    assert built("formats")["together"].query(
        "select order_id, ordered_at::varchar, local_ordered_at::varchar from order_lines "
        "where order_id like 'dt %' order by ordered_at"
    ) == [
        ("dt 30-03-2024 23:30", "2024-03-30 22:30:00", "2024-03-30 23:30:00"),
        ("dt 31-03-2024 23:30", "2024-03-31 21:30:00", "2024-03-31 23:30:00"),
        ("dt 2024-06-30 07:08:09", "2024-06-30 05:08:09", "2024-06-30 07:08:09"),
    ]


@pytest.mark.parametrize(
    ("group", "name", "check", "count", "words"),
    [
        ("plain", "together", "ambiguous_unit_price", 1, ["1,299"]),
        ("plain", "together", "damaged_customer_ids", 1, ["1.23457E+11"]),
        ("plain", "together", "lines_equal_but_for_unread_columns", 1, []),
        ("plain", "together", "columns_of_some_files", None, ["country", "product_name"]),
        ("plain", "giant", "orders_of_outsized_customers", 40, ["walk-in"]),
        ("plain", "giant", "unread_headers", 2, ["Tip", "Refunded Amount"]),
        ("pacific", "shop-order-level", "other_currency", 1, ["JPY"]),
        ("money", "together", "other_currency_signs", None, []),
        ("amounts", "together", "amounts_that_are_not_price", 1, []),
        ("german", "together", "unparseable_unit_price", 2, ["1,299.00"]),
    ],
)
def test_data_quality_is_in_doubt_and_says_of_what(built, group, name, check, count, words):
    build = built(group)[name]
    [(row_count, example, advice)] = build.query(
        f"select row_count, example, advice from data_quality where check_name = '{check}'"
    )

    assert row_count == (count or row_count) > 0
    assert [word for word in words if word not in (example or "")] == []
    if check != "lines_equal_but_for_unread_columns":
        assert check in doubts(build)
        assert advice


@pytest.mark.parametrize(
    ("group", "name"),
    [
        *(("plain", "canonical-headers"), ("plain", "lines-that-begin-with-hash")),
        *(("plain", "shopify-orders-export"), ("pacific", "shop-timezone")),
        *(("amounts", "line-amount"), ("visits", "together")),
    ],
)
def test_data_quality_does_not_doubt_what_is_in_order(built, group, name):
    assert doubts(built(group)[name]) == {}


def test_addresses_are_one_whatever_their_case_in_contacts_and_suppressions(built):
    build = built("settings")["together"]

    assert build.query("select customer_id, email from stg_customer_contacts order by 1") == [
        ("#77", "#77@example.com"),
        ("bob@example.com", "bob@example.com"),
        ("jane@example.com", "jane@example.com"),
    ]
    assert build.value("select count(*) from rejected_customer_contacts") == 0
    assert build.query("select person from stg_suppressed_customers order by 1") == [
        ("jane@example.com",),
        ("nobody@example.com",),
    ]


def test_a_log_without_amounts_has_orders_recency_and_churn_and_no_money(built):
    build = built("visits")["together"]

    assert build.query("select count(*), count(net_revenue) from orders") == [(136, 0)]
    assert build.query(
        "select count(*), count(segment), count(recency_days), count(f_score), count(m_score), "
        "count(net_revenue), count(clv), count(churn_risk) from customers"
    ) == [(40, 40, 40, 40, 0, 0, 0, 40)]
    assert build.value("select count(distinct segment) from customers") > 3
    assert build.line_count("lines_without_amount") == 136


@pytest.fixture(scope="module")
def faults(tmp_path_factory) -> dict[str, Build]:
    folder = tmp_path_factory.mktemp("faults")
    inputs = {}
    for fault in FAULTS:
        inputs[fault.name] = CASES / f"{fault.name}.csv"
        if fault.lines is not None:
            inputs[fault.name] = folder / f"{fault.name}.{fault.suffix}"
            text = fault.lines.encode() if isinstance(fault.lines, str) else fault.lines
            inputs[fault.name].write_bytes(text)
    return build_each(folder / "builds", {}, inputs, ["+orders"])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_faulty_input_stops_the_build_in_words_for_its_owner(faults, fault):
    build = faults[fault.name]

    assert not build.succeeded
    assert [word for word in fault.words if word not in build.output] == []
    assert "sniff" not in build.output.lower()
    if not fault.is_of_values:
        assert "SKIP" not in build.output
        assert " OK " not in build.output


@pytest.fixture(scope="module")
def wrong_variables(tmp_path_factory) -> dict[str, Build]:
    variables = {str(number): given for number, (given, _) in enumerate(WRONG_VARIABLES)}
    inputs = dict.fromkeys(variables, CASES / "email-case.csv")
    folder = tmp_path_factory.mktemp("variables") / "builds"
    (folder / "table").mkdir(parents=True)
    with duckdb.connect(str(folder / "table" / "warehouse.duckdb")) as connection:
        connection.execute("create schema raw")
        connection.read_csv(str(CASES / "email-case.csv"), all_varchar=True).create('raw."order"')
    return build_each(
        folder,
        *({}, inputs | {"table": "raw.order"}, ["+orders"]),
        own_variables=variables | {"table": {}},
    )


def test_a_table_whose_name_is_a_word_of_sql_is_read(wrong_variables):
    build = wrong_variables["table"]

    assert build.succeeded, build.output
    assert build.value("select count(*) from orders") == 4


@pytest.mark.parametrize("number", range(len(WRONG_VARIABLES)))
def test_a_wrong_variable_is_named_with_what_it_must_be(wrong_variables, number):
    _, words = WRONG_VARIABLES[number]
    build = wrong_variables[str(number)]

    assert not build.succeeded
    assert [word for word in words if word not in build.output] == []
    assert "SKIP" not in build.output


@pytest.fixture(scope="module")
def faults_of_people(tmp_path_factory) -> dict[str, Build]:
    folder = tmp_path_factory.mktemp("people")
    environments = {}
    for name, (variable, content, _) in FAULTS_OF_PEOPLE.items():
        path = folder / f"{name}.csv{'.gz' if name.endswith('gzip') else ''}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        is_remote = name.startswith("remote")
        environments[name] = {variable: f"file://{path}" if is_remote else str(path)}
    lines = folder / "lines.csv"
    lines.write_text(f"{HEADERS}\n1,A,1,2024-01-02,5,c\n")
    return build_each(
        folder / "builds",
        *({}, dict.fromkeys(environments, lines), PEOPLE),
        own_environments=environments,
        log_level="debug",
    )


@pytest.mark.parametrize("name", FAULTS_OF_PEOPLE)
def test_faults_of_other_inputs_are_named_and_quote_nobody(faults_of_people, name):
    _, _, words = FAULTS_OF_PEOPLE[name]
    build = faults_of_people[name]
    log = (build.folder / "logs" / "dbt.log").read_text()

    assert build.succeeded == (not words)
    assert [word for word in words if word not in build.output or word not in log] == []
    assert "[debug]" in log
    assert re.findall(r"\S*(?:Secret|secret|900123|77001)\S*", build.output + log) == []


def test_every_cut_and_every_damage_of_a_gzip_file_is_refused(tmp_path):
    """Of 300 cuts and 100 bits that are turned round, none is read as a whole file."""
    whole = gzipped_lines()
    places = random.Random(5)
    damaged = [whole[: places.randrange(1, len(whole))] for _ in range(300)]
    for _ in range(100):
        place = places.randrange(10, len(whole))
        damaged.append(
            whole[:place] + bytes([whole[place] ^ (1 << places.randrange(8))]) + whole[place + 1 :]
        )

    read = []
    for number, data in enumerate(damaged):
        path = tmp_path / f"{number}.csv.gz"
        path.write_bytes(data)
        if not inspect_input(str(path), {}, str(tmp_path / "copies"))["problem"]:
            read.append(number)
    assert read == []
    (tmp_path / "whole.csv.gz").write_bytes(whole)
    inspected = inspect_input(str(tmp_path / "whole.csv.gz"), {}, str(tmp_path / "copies"))
    assert (inspected["problem"], inspected["files"][0]["record_count"]) == (None, 400)


def test_every_file_of_the_cases_is_used():
    used = {name for group in GROUPS for name in (*group.together, *group.alone)}
    used |= {f"{fault.name}.csv" for fault in FAULTS if fault.lines is None}

    assert {path.name for path in CASES.iterdir()} == used


@pytest.mark.skipif(not SPARK, reason="PySpark is not installed: make test-spark")
@pytest.mark.parametrize("group", NAMED)
def test_a_group_gives_the_same_on_spark(built, prepared, group):
    on_duckdb = built(group)
    request = dict(prepared(group))
    folder = request.pop("folder")
    on_spark = build_each(folder / "spark", target="spark_ci", **request)

    for name, build in on_spark.items():
        assert build.succeeded, f"{name}: {build.output}"
        found = differences(on_duckdb[name].folder / "warehouse.duckdb", build.folder / "spark")
        views = dict(
            on_duckdb[name].query(
                "select view_name, view_name || ': only DuckDB has it' from duckdb_views() "
                "where not internal"
            )
        )
        assert [difference for difference in found if difference not in views.values()] == []
