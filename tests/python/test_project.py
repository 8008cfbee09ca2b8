"""The project as a whole: the sample passes everything, and every column is explained."""

import json
import shutil

import duckdb
import pytest
from conftest import PROJECT, Build, copy_project, run_dbt
from customer_value.show_queries import QUERIES, show_queries, titled_queries


@pytest.fixture(scope="module")
def whole_sample_build(sample_build, tmp_path_factory):
    """The sample with every data test and unit test, where even a warning fails.

    Parsed anew, for what dbt warns of while it parses.
    """
    folder = tmp_path_factory.mktemp("whole_sample")
    shutil.copy(sample_build.folder / "warehouse.duckdb", folder)
    tested = run_dbt(folder, "--warn-error", "--no-partial-parse", "test")
    return Build(folder, sample_build.output + tested.output, tested.succeeded)


def test_the_sample_builds_without_a_warning(whole_sample_build):
    assert whole_sample_build.succeeded, whole_sample_build.output


def test_every_column_that_people_read_is_described(whole_sample_build):
    manifest = json.loads((whole_sample_build.folder / "target" / "manifest.json").read_text())
    described = {
        node["name"]: {name for name, column in node["columns"].items() if column["description"]}
        for node in manifest["nodes"].values()
        if node["resource_type"] == "seed"
        or node["original_file_path"].startswith(("models/marts", "models/exports"))
    }
    for table in set(whole_sample_build.tables()) & described.keys():
        columns = {name for name, *_ in whole_sample_build.query(f"describe {table}")}
        assert columns == described[table], table


def test_every_model_with_constraints_has_the_test_that_checks_them(whole_sample_build):
    manifest = json.loads((whole_sample_build.folder / "target" / "manifest.json").read_text())
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "constraints_hold"
    }
    constrained = {
        name
        for name, node in manifest["nodes"].items()
        if node.get("constraints") or any(c["constraints"] for c in node["columns"].values())
    }
    assert len(constrained) > 150
    assert constrained <= tested


def reachable(links: dict[str, list[str]], start: str) -> set[str]:
    """All nodes that links lead to from one, itself included."""
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += links.get(node, [])
    return found


def test_no_campaign_is_launched_before_the_input_is_judged(whole_sample_build):
    """dbt runs a test before a model only where all that the test reads comes before the model.

    One line of the year 2099 would otherwise launch every planned campaign, for good.
    """
    manifest = json.loads((whole_sample_build.folder / "target" / "manifest.json").read_text())
    before = reachable(manifest["parent_map"], "model.customer_value.int_campaigns__known")
    judges = {
        "newest_order_day_does_not_stand_apart",
        "every_raw_line_is_kept_or_rejected",
        "every_record_is_a_line",
        "money_reconciles_at_every_layer",
        "input_looks_as_it_should",
        "data_quality_lines_add_up",
    }
    tests = {
        node["name"]: set(node["depends_on"]["nodes"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["name"] in judges
    }
    assert tests.keys() == judges
    for name, parents in tests.items():
        assert parents <= before, name
    launches = manifest["nodes"]["model.customer_value.campaign_launches"]
    assert "model.customer_value.int_campaigns__known" in launches["depends_on"]["nodes"]


def test_campaigns_built_alone_read_the_consents_of_now(whole_sample_build):
    manifest = json.loads((whole_sample_build.folder / "target" / "manifest.json").read_text())
    follows = reachable(manifest["child_map"], "source.customer_value.raw.customer_contacts")
    models = {name for name in follows if name.startswith("model.")}
    assert "model.customer_value.export_campaign_members" in models
    assert [name for name in models if "campaigns" not in manifest["nodes"][name]["tags"]] == []


def test_the_sample_holds_every_line_kind_and_most_faults(whole_sample_build):
    rows = whole_sample_build.query(
        "select check_group, check_name from data_quality where row_count > 0"
    )

    kinds = {name for group, name in rows if group == "kept"}
    assert kinds == {"sale", "return", "write_off", "non_merchandise"}
    assert len([name for group, name in rows if group == "rejected"]) >= 9


def test_rule_impact_shows_whom_a_changed_rule_moves(whole_sample_build, tmp_path):
    rules = (PROJECT / "macros" / "segment_rules.sql").read_text()
    changed = rules.replace("r_score >= 4 and f_score >= 4 and m_score >= 4", "r_score = 5")
    assert changed != rules
    compiled = run_dbt(
        whole_sample_build.folder,
        *("compile", "--select", "rule_impact"),
        project=copy_project(tmp_path / "project", {"macros/segment_rules.sql": changed}),
    )
    assert compiled.succeeded, compiled.output

    [path] = (compiled.folder / "target" / "compiled").rglob("rule_impact.sql")
    with duckdb.connect(str(compiled.folder / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(path.read_text()).fetchall()
    moved = {(before, after): count for before, after, count, _, _, is_move in rows if is_move}
    # Champions of r_score 4 are none any more; whoever has r_score 5 is one.
    assert sum(count for (before, _), count in moved.items() if before == "champions") > 0
    assert moved["new_customers", "champions"] > 0
    assert sum(row[2] for row in rows) == compiled.value("select count(*) from customers")


def test_what_make_prints_is_in_the_warehouse(sample_build, capsys):
    for name in ("build_summary", "input_check"):
        show_queries(str(sample_build.folder / "warehouse.duckdb"), name)

        printed = capsys.readouterr().out
        text = (QUERIES / f"{name}.sql").read_text()
        queries = titled_queries(text)
        assert len(queries) == text.count(";")
        assert all(title in printed for title, _ in queries)


def test_a_broken_constraint_is_named_with_its_column(sample_build, tmp_path):
    shutil.copy(sample_build.folder / "warehouse.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        # The table without the constraints that DuckDB would enforce.
        connection.execute("create table changed as from customers")
        connection.execute("drop table customers")
        connection.execute("alter table changed rename to customers")
        connection.execute(
            "update customers set churn_risk = 1.1 where customer_id in "
            "(select customer_id from customers where churn_risk is not null limit 3)"
        )
        connection.execute(
            "update customers set segment = null where customer_id = "
            "(select min(customer_id) from customers)"
        )

    tested = run_dbt(tmp_path, "test", "--select", "customers,test_name:constraints_hold")

    assert not tested.succeeded
    assert "churn_risk between 0 and 1: broken in 3 of" in tested.output, tested.output
    assert "segment is not null: broken in 1 of" in tested.output, tested.output
