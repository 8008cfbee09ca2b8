"""Hostile tables in several dialects, 500 files in all: what was written is kept or rejected."""

import csv
import gzip
import io
import random
import tempfile
from pathlib import Path

import pytest
from conftest import run_build

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
        "\u202e",
        "e\u0301",
        "\" || read_text('/etc/hostname') || \"",
        "' || getenv('HOME') || '",
        "*[1]?",
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


def in_encoding(text: str, dialect: dict) -> str:
    """The text without what the dialect's encoding does not have."""
    return text.encode(dialect["encoding"], "ignore").decode(dialect["encoding"])


def random_vars(rng: random.Random, dialect: dict, name_header: str) -> dict:
    """Vars with hostile values: they are data, as the file is."""
    return {
        "csv_options": dialect,
        "order_line_columns": {"product_name": name_header},
        "guest_customer_ids": [f"guest {random_text(rng)}" for _ in range(3)],
        "uncounted_statuses": [f"void {random_text(rng)}" for _ in range(3)],
        "leave_out": {name_header: [f"left {random_text(rng)}"]},
        "campaign_salt": "' || getenv('HOME') || '\\",
        "cancellation_pattern": rng.choice(["^C'[0-9]", '^"C\\\\', "^C[\"'];--"]),
    }


def random_name(rng: random.Random, number: int, suffix: str) -> str:
    return f"{number} {random_text(rng).replace('/', '')}{suffix}"


def random_file(rng: random.Random, dialect: dict, name_header: str) -> tuple[bytes, list[str]]:
    """A file in the dialect, and the product names of its rows."""
    others = [f"other {n} {random_text(rng)}" for n in range(rng.randint(0, 2))]
    headers = [*COLUMNS, name_header, *(in_encoding(other, dialect) for other in others)]
    rng.shuffle(headers)
    rows = [
        [in_encoding(random_text(rng), dialect) for _ in headers] for _ in range(rng.randint(0, 12))
    ]
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
    content = (title + written.getvalue()).encode(dialect["encoding"])
    return content, [row[headers.index(name_header)] for row in rows]


def gzipped(content: bytes, rng: random.Random) -> bytes:
    """A gzip file of one member or two."""
    cut = rng.choice([0, len(content) // 2])
    return b"".join(gzip.compress(part) for part in (content[:cut], content[cut:]) if part)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect["encoding"])
def test_each_record_of_500_random_files_is_kept_or_rejected(dialect):
    seed = random.randrange(2**32)
    print(f"Seed {seed}")
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        name_header = in_encoding(f"name {random_text(rng)} \"'x", dialect)
        suffix = rng.choice([".csv", ".csv.gz"])
        row_counts, product_names = {}, set()
        for number in range(FILES_A_BUILD):
            content, names = random_file(rng, dialect, name_header)
            file = random_name(rng, number, suffix)
            (folder / file).write_bytes(gzipped(content, rng) if file.endswith(".gz") else content)
            row_counts[file] = len(names)
            product_names.update(value.strip() for value in names)

        built = run_build(
            folder / "build",
            folder / f"*{suffix}",
            *("--select", "+stg_order_lines"),
            variables=random_vars(rng, dialect, name_header),
        )

        assert built.succeeded, built.output
        counted = built.query(
            "select source_file, count(*), count(line_kind) + count(rejection_reason) "
            "from stg_order_lines group by 1"
        )
        assert {file: lines for file, lines, _ in counted} == row_counts
        assert {file: placed for file, _, placed in counted} == row_counts
        read = built.query(
            "select distinct product_name from stg_order_lines where product_name is not null"
        )
        assert {name for (name,) in read} - product_names == set()
