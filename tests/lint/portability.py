"""Refuses SQL that DuckDB and Spark understand differently, or only one of them.

    dbt compile --target lint --target-path target/lint
    python tests/lint/portability.py target/lint/compiled

Names are looked for in the source, where a macro of `macros/xdb` is still a call; what takes a
parse is looked for in the compiled SQL. What a trap gives on each engine stands in CONTRIBUTING.md.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot import expressions as sql
from sqlglot.dialects import DuckDB

PROJECT = Path(__file__).parents[2]
SOURCES = ["models", "macros", "tests/generic", "tests/integrity", "analyses"]

# What stands in the source, and what to write instead.
NAMES = {
    r"//": "floor of a division",
    r"::": "cast(... as ...)",
    r"\bcast\s*\(\s*(null\b)?[^()]*\bas varchar\b": "dbt.type_string()",
    r"\bconcat(_ws)?\s*\(": "|| with coalesce: Spark's is null where one part is",
    r"\bregexp_replace\s*\(": "a macro in macros/xdb: DuckDB replaces the first match, Spark all",
    r"\bregexp_matches\s*\(": "regexp_extract(..., 0) <> ''",
    r"\bregexp_extract\s*\([^(),]*,[^(),]*\)": "regexp_extract with its group: Spark takes 1",
    r"\blog\s*\(": "ln or log10: DuckDB's base is 10, Spark's is e",
    r"\b(dayofweek|weekday|isodow|date_part)\b|\bextract\s*\(\s*dow\b": "a macro in macros/xdb",
    r"\^": "power(...): for Spark it is an exclusive or",
    r'"[^"\n]*"': "the name without quotes: for Spark it is a text",
    r"\b(date_diff|datediff)\s*\(": "dbt.datediff in days: the arguments change places",
    r"\bdate_?add\s*\(": "dbt.dateadd",
    r"\bdate_trunc\s*\(": "cast(dbt.date_trunc(...) as date)",
    r"\b(strftime|strptime|epoch|to_timestamp)\s*\(": "a macro in macros/xdb",
    r"\b(generate_series|range|unnest|explode)\s*\(": "numbers(), or a macro in macros/xdb",
    r"\b(quantile_cont|quantile_disc|quantile|median|approx_quantile)\s*\(":
        "percentile_cont(...) within group (order by ...)",
    r"\b(arg_max|arg_min)\s*\(": "max_by, min_by",
    r"\b(list_\w+|array_sort|struct_pack|named_struct)\s*\(": "a macro in macros/xdb",
    r"\b(lgamma|erf)\s*\(": "a column that Python computed",
    r"\basof\s+join\b": "a join on a range, or a window",
    r"\bunion\s+(all\s+)?by\s+name\b": "the columns by name, in order",
    r"\*\s*(exclude|replace)\s*\(": "the columns by name",
    r"\bover\s+\w+\s*-": "the window function in parentheses: Spark takes the minus for its name's",
    r"\b(qualify|ntile)\b|\bgroup\s+by\s+all\b": "a numbered CTE; the columns",
    r"\bwith\s+recursive\b": "another way: Spark takes neither sums nor windows in it",
    r"\bcount\s*\(\s*distinct[^()]*\)\s*over\b": "a grouped CTE",
    r"\blistagg\s*\(|\bstring_agg\s*\(": "nothing: Spark ignores its order",
    r"\bilike\b": "lower(...) like",
}  # fmt: skip


# What stands in Jinja, and what to write instead.
CALLS = {
    r"\bdbt\.listagg\b": "nothing: Spark ignores its order",
    r"\bdbt\.safe_cast\b": "try_cast: DuckDB's raises",
    r"\bdbt\.datediff\b[^{}]*?['\"](month|quarter)['\"]":
        "years and months by extract: Spark's is wrong at month ends",
}  # fmt: skip


class NullsAreSmall(DuckDB):
    """DuckDB, but for where it puts nulls that nobody placed."""

    NULL_ORDERING = "nulls_are_small"


def lint_source(text: str) -> Iterator[tuple[int, str]]:
    """The line and what is wrong there, for SQL as it was written, Jinja and all."""
    # Jinja, comments and literals are blanked out, line by line.
    blanked = re.sub(
        r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|--[^\n]*|'[^'\n]*'",
        lambda match: re.sub(r"[^\n]", " ", match[0]),
        text,
        flags=re.DOTALL,
    )
    for pattern, instead in NAMES.items():
        for match in re.finditer(pattern, blanked, flags=re.IGNORECASE):
            yield blanked.count("\n", 0, match.start()) + 1, f"{match[0].strip()}: write {instead}"
    for pattern, instead in CALLS.items():
        for match in re.finditer(pattern, text):
            yield text.count("\n", 0, match.start()) + 1, f"{match[0].strip()}: write {instead}"


def lint_expanded(text: str) -> Iterator[str]:
    """What is wrong in compiled SQL that macros wrote, such as the predicate of a segment."""
    of_dbt = r'("\w+"\.)+"\w+"|::|\b(date_diff|date_add|date_trunc)\b'
    for _, trap in lint_source(re.sub(of_dbt, "", text)):
        yield trap


def lint_compiled(text: str) -> Iterator[str]:
    """What is wrong in compiled SQL, for all that takes more than a name to see."""
    tree, other = (sqlglot.parse_one(text, dialect=dialect) for dialect in (DuckDB, NullsAreSmall))
    pairs = zip(tree.find_all(sql.Ordered), other.find_all(sql.Ordered), strict=True)
    for ordered, ordered_otherwise in pairs:
        is_placed = ordered.args["nulls_first"] == ordered_otherwise.args["nulls_first"]
        if not is_placed and not ordered.find_ancestor(sql.WithinGroup):
            yield (
                f"order by {ordered.this.sql()}: say nulls first or nulls last; "
                "Spark puts them first, DuckDB last"
            )
    for division in tree.find_all(sql.Div):
        if not (is_double(division.this) or is_double(division.expression)):
            yield (
                f"{division.sql()}: cast one side as double; "
                "of decimals Spark keeps a few places, and DuckDB makes a double"
            )
        if not is_never_zero(division.expression):
            yield f"{division.sql()}: guard it with nullif; a division by 0 is inf or null"
    for literal in tree.find_all(sql.Literal):
        if literal.is_number and re.fullmatch(r"[0-9]*\.[0-9]*", literal.this):
            is_share = isinstance(literal.parent, sql.PercentileCont | sql.PercentileDisc)
            if not is_share and not isinstance(literal.parent, sql.Cast):
                yield f"{literal.this}: write {literal.this}e0; in Spark it is a decimal"
    for cast in tree.find_all(sql.Cast):
        if cast.is_type("tinyint", "smallint", "int", "bigint") and has_fraction(cast.this):
            yield f"{cast.sql()}: floor or round first; DuckDB rounds and Spark cuts off"
    for average in tree.find_all(sql.Avg):
        if not is_double(average.this):
            yield f"{average.sql()}: cast as double; of decimals Spark keeps a few places"
    for difference in tree.find_all(sql.Sub):
        if is_date(difference.this) and is_date(difference.expression):
            yield f"{difference.sql()}: write dbt.datediff; in Spark it is an interval"


def is_double(expression: sql.Expression) -> bool:
    """Whether an operand is a double to the eye: cast as one, written as one, or made of one."""
    if isinstance(expression, sql.Cast):
        return expression.is_type("double")
    if isinstance(expression, sql.Literal):
        return "e" in expression.this.lower()
    if isinstance(expression, sql.Exp | sql.Ln | sql.Sqrt | sql.Pow):
        return True
    return any(is_double(part) for part in expression.iter_expressions())


def has_fraction(expression: sql.Expression) -> bool:
    """Whether a number may have places after the point, to the eye."""
    if isinstance(expression, sql.Floor | sql.Ceil | sql.Round | sql.Cast | sql.Predicate):
        return False
    if isinstance(expression, sql.Literal):
        return not expression.is_int
    makes_fractions = sql.Div | sql.Avg | sql.Exp | sql.Ln | sql.Sqrt | sql.Pow | sql.WithinGroup
    if isinstance(expression, makes_fractions):
        return True
    return any(has_fraction(part) for part in expression.iter_expressions())


def is_date(expression: sql.Expression) -> bool:
    """Whether an operand is a date or a time, by its name or by its cast."""
    if isinstance(expression, sql.Min | sql.Max | sql.Paren):
        return is_date(expression.this)
    if isinstance(expression, sql.Cast):
        return expression.is_type("date", "timestamp")
    is_named_so = re.search("_(date|month|at)$", expression.name)
    return isinstance(expression, sql.Column) and is_named_so is not None


def is_never_zero(divisor: sql.Expression) -> bool:
    """Whether a divisor is a number other than 0, or guarded by nullif, or an exponential."""
    if isinstance(divisor, sql.Cast | sql.Paren):
        return is_never_zero(divisor.this)
    if isinstance(divisor, sql.Literal):
        return float(divisor.this) != 0
    return isinstance(divisor, sql.Nullif | sql.Exp)


def main(compiled: Path) -> int:
    """Lint the project; prints what it finds, and returns how much that is."""
    found = []
    for folder in SOURCES:
        for path in sorted((PROJECT / folder).rglob("*.sql")):
            if "xdb" not in path.parts:
                found += [
                    f"{path.relative_to(PROJECT)}:{number}: {trap}"
                    for number, trap in lint_source(path.read_text())
                ]
    files = sorted(compiled.rglob("*.sql"))
    # What these write is DuckDB's own.
    dispatched = [path.stem for path in (PROJECT / "macros/xdb").glob("*.sql")]
    own_text = re.compile("|".join([*dispatched, "read_order_lines", "read_customer_contacts"]))
    for path in files:
        traps = [*lint_compiled(path.read_text())]
        source = PROJECT.joinpath(*path.relative_to(compiled).parts[1:])
        if source.is_file() and not own_text.search(source.read_text()):
            traps += lint_expanded(path.read_text())
        found += [f"{path.name} (compiled): {trap}" for trap in traps]
    summary = f"{len(files)} compiled files, {len(found)} traps between DuckDB and Spark."
    print(*dict.fromkeys(found), summary, sep="\n")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
