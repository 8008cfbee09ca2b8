"""`make lint` refuses SQL on which DuckDB and Spark would not agree."""

import importlib.util

import pytest
from conftest import PROJECT

SPEC = importlib.util.spec_from_file_location("lint", PROJECT / "tests/lint/portability.py")
lint = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lint)


@pytest.mark.parametrize(
    "text",
    [
        "select a // b from c",
        "select a::date from b",
        "select cast(a as varchar) from b",
        "select concat(a, 'x') from b",
        "select regexp_replace(a, 'x', 'y') from b",
        "select regexp_extract(a, '^x') from b",
        "select log(a) from b",
        "select extract(dow from a) from b",
        "select date_diff('day', a, b) from c",
        "select datediff(a, b) from c",
        "select quantile_cont(a, 0.5) from b",
        "select arg_max(a, b) from c",
        "select * exclude (a) from b",
        "select ntile(5) over (order by a nulls last) from b",
        "select a from b qualify row_number() over (order by a nulls last) = 1",
        "select a from b group by all",
        "with recursive a as (select 1) select * from a",
        "select a from b union all by name select a from c",
        "select unnest(a) from b",
        "select * from range(5)",
        "select lgamma(a) from b",
        "select count(distinct a) over () from b",
        "select date_part('dow', a) from b",
        'select "a" from b',
        "select a ^ 2 from b",
        "select lag(a) over b - a from c window b as (order by a nulls last)",
        "select {{ dbt.datediff('a', 'b', 'month') }} from c",
        "select {{ dbt.listagg('a') }} from b",
        "select {{ dbt.safe_cast('a', 'date') }} from b",
    ],
)
def test_a_construct_that_one_engine_lacks_or_takes_otherwise_is_named(text):
    [(number, trap)] = lint.lint_source("-- A comment.\n" + text)

    assert number == 2
    assert "write" in trap


@pytest.mark.parametrize(
    ("text", "trap"),
    [
        ("select row_number() over (order by a) from b", "nulls"),
        ("select a from b order by a", "nulls"),
        ("select cast(a as double) / b from c", "nullif"),
        ("select a / nullif(b, 0) from c", "double"),
        ("select 1.0 / nullif(b, 0) from c", "double"),
        ("select 0.1 * a from b", "e0"),
        ("select avg(a) from b", "double"),
        ("select cast(a / 2e0 as integer) from b", "floor"),
        ("select cast(sqrt(a) as bigint) from b", "floor"),
        ("select cast(a * 0.5e0 as integer) from b", "floor"),
        ("select cast(percentile_cont(0.5) within group (order by a) as integer) from b", "floor"),
        ("select first_date - last_date from b", "datediff"),
        ("select max(order_date) - min(order_date) from b", "datediff"),
        ("select cast(a as date) - order_date from b", "datediff"),
    ],
)
def test_a_construct_that_both_take_and_answer_otherwise_is_named(text, trap):
    assert any(trap in found for found in lint.lint_compiled(text))


def test_a_trap_in_what_a_macro_wrote_is_named():
    """A segment's predicate stands in Jinja, and so in no SQL before it is compiled."""
    compiled = 'select case when log(net_revenue) > 1 then 1 end from "memory"."main"."customers"'

    [trap] = lint.lint_expanded(compiled)

    assert trap.startswith("log(")


@pytest.mark.parametrize(
    "text",
    [
        "select row_number() over (partition by a order by b desc nulls last) from c",
        "select percentile_cont(0.5) within group (order by cast(a as double)) from b",
        "select cast(a as double) / cast(nullif(b, 0) as double) from c",
        "select cast(floor(100 * a / 5e0) as integer) from b",
        "select cast(1 + floor(a / 2e0) as integer) from b",
        "select abs(cast(a as double)) / nullif(c, 0) from b",
        "select case when a > 1 then cast(b as double) end / nullif(c, 0) from d",
        "select (lag(a) over b) - a from c window b as (order by a nulls last)",
        "select avg(cast(a as double)), exp(ln(a) - 1e-9) from b group by 1",
        "select 'a // b, 0.5' as text, regexp_extract(a, '^x', 0) <> '' from b -- range(5)",
        "select {{ dbt.datediff('a', 'b', 'day') }} from b {# strftime(a) #}",
    ],
)
def test_portable_sql_passes(text):
    assert list(lint.lint_source(text)) == []
    if "{{" not in text:
        assert list(lint.lint_compiled(text)) == []
