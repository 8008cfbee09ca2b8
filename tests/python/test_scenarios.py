"""A scenario that cannot be understood stops the build with its name."""

import duckdb
import pytest


@pytest.mark.parametrize(
    ("lever", "group_type", "target_group", "amount", "message"),
    [
        ("retain", "segment", "at_risk", 0.1, "the lever 'retain' is none of"),
        (None, "segment", "at_risk", 0.1, "the lever '' is none of"),
        ("retention", "segment", "at_rsk", 0.1, "there is no group 'at_rsk' of the type 'segment'"),
        ("retention", "segments", "at_risk", 0.1, "there is no group 'at_risk' of the type"),
        ("retention", "value_tier", "at_risk", 0.1, "there is no group 'at_risk' of the type"),
        ("retention", "segment", "at_risk", 5, "the amount must be above 0"),
        ("order_value", "segment", "at_risk", 0, "the amount must be above 0"),
        ("frequency", "segment", "at_risk", None, "the amount must be above 0"),
        ("frequency", "segment", "at_risk", 5, None),
    ],
)
def test_a_scenario_that_makes_no_sense_is_named(
    sample_build, lever, group_type, target_group, amount, message
):
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{sample_build.folder / 'warehouse.duckdb'}' as built (read_only)"
        )
        for table in ["segments", "cluster_names", "customers", "int_customers__clv"]:
            connection.execute(f"create view {table} as from built.{table}")
        connection.execute(
            """
            create table scenarios (scenario_id varchar, lever varchar, group_type varchar,
                target_group varchar, amount double, description varchar)
            """
        )
        connection.executemany(
            "insert into scenarios values (?, ?, ?, ?, ?, ?)",
            [
                ("fine", "retention", "everyone", "everyone", 1, ""),
                ("mine", lever, group_type, target_group, amount, ""),
            ],
        )
        sql = sample_build.compiled("scenario_impact")
        if message:
            with pytest.raises(duckdb.Error, match=f"scenarios.csv, scenario mine: {message}"):
                connection.execute(sql).fetchall()
        else:
            assert len(connection.execute(sql).fetchall()) == 2
