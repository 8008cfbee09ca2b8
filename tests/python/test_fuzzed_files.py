"""Random tables in random dialects, 500 files in all: what was written is kept or rejected."""

import csv
import io
import random
import tempfile
from pathlib import Path

import pytest
from conftest import run_build
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

FILES_A_BUILD = 125
COLUMNS = ["order_id", "product_id", "quantity", "ordered_at", "unit_price", "customer_id"]
# What breaks readers: every delimiter, quotes, comments, line ends, markers of nothing, SQL.
PIECES = [
    *(
        "",
        " ",
        ",",
        ";",
        "\t",
        "|",
        '"',
        '""',
        "'",
        "\\",
        "#",
        "\n",
        "\r\n",
        "é",
        "ß",
        "x",
        "0",
        "-",
    ),
    *(
        "1,299.00",
        "(4.50)",
        "NA",
        r"\N",
        "null",
        "2024-01-05",
        "={",
        "}}",
        "{{ x }}",
        "') --",
        "%s",
    ),
]
DIALECTS = [
    {"delim": ",", "quote": '"', "encoding": "utf-8"},
    {"delim": ";", "quote": '"', "encoding": "windows-1252", "skip": 2},
    {"delim": "\t", "quote": "'", "encoding": "utf-16"},
    {"delim": "|", "quote": '"', "escape": "\\", "encoding": "latin-1"},
]


def random_text(rng: random.Random) -> str:
    return "".join(rng.choices(PIECES, k=rng.randint(0, 4)))


def random_file(rng: random.Random, dialect: dict) -> tuple[bytes, int]:
    """A file in the dialect, and how many rows it has below its header."""
    others = [f"other {n} {random_text(rng)}" for n in range(rng.randint(0, 2))]
    headers = rng.sample(COLUMNS + others, len(COLUMNS + others))
    rows = [[random_text(rng) for _ in headers] for _ in range(rng.randint(0, 12))]
    good = dict(zip(COLUMNS, ["1", "A", "2", "2024-01-05", "9.50", "k1"], strict=True))
    rows.insert(rng.randint(0, len(rows)), [good.get(header, "") for header in headers])

    written = io.StringIO(newline="")
    doubles = "escape" not in dialect
    csv.writer(
        written,
        delimiter=dialect["delim"],
        quotechar=dialect["quote"],
        doublequote=doubles,
        escapechar=None if doubles else dialect["escape"],
        quoting=rng.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL] if doubles else [csv.QUOTE_ALL]),
        lineterminator=rng.choice(["\n", "\r\n"]),
    ).writerows([headers, *rows])
    title = "a title\nand what it is of\n" if dialect.get("skip") else ""
    return (title + written.getvalue()).encode(dialect["encoding"]), len(rows)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect["encoding"])
@settings(
    max_examples=1,
    deadline=None,
    database=None,
    # A build takes a while: no smaller example is looked for.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=True))
def test_each_record_of_500_random_files_is_kept_or_rejected(dialect, rng):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        row_counts = {}
        for number in range(FILES_A_BUILD):
            content, row_counts[f"{number}.csv"] = random_file(rng, dialect)
            (folder / f"{number}.csv").write_bytes(content)

        built = run_build(
            folder / "build",
            folder / "*.csv",
            *("--select", "+stg_order_lines"),
            variables={"csv_options": dialect},
        )

        assert built.succeeded, built.output
        counted = built.query(
            "select source_file, count(*), count(line_kind) + count(rejection_reason) "
            "from stg_order_lines group by 1"
        )
        assert {file: lines for file, lines, _ in counted} == row_counts
        assert {file: placed for file, _, placed in counted} == row_counts
