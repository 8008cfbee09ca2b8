"""The floor: what DuckDB needs to read order lines and to add them up by customer.

Usage: python floor.py LINES. The headers are those of Online Retail II.
"""

import sys

import duckdb

SUMS = """
select
    "Customer ID",
    count(distinct "Invoice") as order_count,
    sum(try_cast("Quantity" as double) * try_cast("Price" as double)) as revenue,
    max("InvoiceDate") as last_order
from read_csv($path, all_varchar = true)
group by all
"""

if __name__ == "__main__":
    found = duckdb.execute(SUMS, {"path": sys.argv[1]}).fetchall()
    print(f"{len(found):,} customers")
