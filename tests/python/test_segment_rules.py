"""Faults in macros/segment_rules.sql stop the run and say which rule is meant."""

import shutil

import pytest
from conftest import SAMPLE, copy_project, run_build

# What a rule changes, as far as the customers of now.
CUSTOMERS = ["segments", "int_customers__segmented", "customer_segment_history", "customers"]

WORDS = "'description': 'x', 'action': 'x'"
GOOD = "{'segment': 'best', 'label': 'Best', 'predicate': 'r_score = 5', " + WORDS + "},"
LAST = "{'segment': 'rest', 'label': 'Rest', 'predicate': 'true', " + WORDS + "},"


@pytest.fixture
def build_with_rules(sample_build, tmp_path):
    """Builds some of the sample again, in a copy of the project that has other rules."""

    def build(rules: str, *arguments: str, **options):
        folder = tmp_path / "build"
        folder.mkdir()
        shutil.copy(sample_build.folder / "warehouse.duckdb", folder)
        macro = "{% macro segment_rules() %}{{ return([" + rules + "]) }}{% endmacro %}"
        project = copy_project(tmp_path / "project", {"macros/segment_rules.sql": macro})
        return run_build(folder, SAMPLE, *arguments, project=project, **options)

    return build


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (GOOD + GOOD + LAST, "the segment 'best' is there twice"),
        (GOOD.replace("'best'", "'Best Ones'") + LAST, "'Best Ones' is no name for a segment"),
        (GOOD.replace("'action': 'x'", "'action': ''") + LAST, "rule 1 (best) has no action"),
        (GOOD, "the last rule must catch all that is left"),
    ],
)
def test_a_faulty_rule_stops_the_run(build_with_rules, rules, message):
    built = build_with_rules(rules, "--select", "segments")

    assert not built.succeeded
    assert message in " ".join(built.output.split())


def test_a_rule_that_nobody_can_reach_is_named(build_with_rules):
    shadowed = GOOD.replace("'best'", "'shadowed'").replace("= 5", "= 5 and f_score = 5")
    shadowed = shadowed.replace("'Best'", "'Shadowed'")
    built = build_with_rules(
        GOOD + shadowed + LAST,
        *("--select", "every_segment_rule_is_reachable", "--store-failures"),
        with_data_tests=True,
    )

    assert not built.succeeded
    assert built.query(
        "select segment from main_dbt_test__audit.every_segment_rule_is_reachable"
    ) == [("shadowed",)]


@pytest.mark.parametrize("predicate", ["r_score = 6", "recency_days > 9999"])
def test_a_rule_that_can_hold_for_nobody_is_named_as_far_as_the_input_tells(
    build_with_rules, predicate
):
    """What no score cell has fails; what only this input lacks is a warning."""
    built = build_with_rules(
        GOOD.replace("r_score = 5", predicate) + LAST,
        *("--select", "every_segment_rule_is_reachable", "every_segment_rule_meets_a_customer"),
        *(*CUSTOMERS, "--store-failures", "--indirect-selection", "cautious"),
        with_data_tests=True,
    )

    is_impossible = predicate == "r_score = 6"
    assert built.succeeded is not is_impossible
    name = (
        "every_segment_rule_is_reachable"
        if is_impossible
        else "every_segment_rule_meets_a_customer"
    )
    assert built.query(f"select segment from main_dbt_test__audit.{name}") == [("best",)]


def test_a_rule_may_use_any_column_of_the_scored_customer(build_with_rules):
    silent = GOOD.replace("'best'", "'silent'").replace("r_score = 5", "recency_days > 365")
    built = build_with_rules(
        silent + LAST,
        *("--select", "every_segment_rule_is_reachable", *CUSTOMERS),
        *("--indirect-selection", "cautious"),
        with_data_tests=True,
    )

    assert built.succeeded, built.output
    assert built.query(
        "select segment, min(recency_days) > 365 from customers group by 1 order by 1"
    ) == [("rest", False), ("silent", True)]
