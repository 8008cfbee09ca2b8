"""Campaign lists: drawn by a hash, decided once, kept for good."""

import hashlib
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import PROJECT, SAMPLE, VARIABLES, Build, copy_project, run_build, run_dbt
from customer_value import campaign_archive
from scipy import stats

SEED = (PROJECT / "seeds" / "campaigns.csv").read_text()
HEADER = SEED.splitlines()[0]
NO_VARIANTS = "campaign_id,variant,channel,offer,cost_per_contact,offer_cost,weight\n"
SEEDS = ["campaigns", "campaign_variants", "stg_campaigns", "stg_campaign_variants"]
# What follows from the campaigns; everything before it is as it was built.
LISTS = [
    *("campaigns", "campaign_variants", "suppressed_customers", "stg_campaigns"),
    "stg_suppressed_customers",
    *("stg_campaign_variants", "stg_past_campaign_contacts", "int_campaigns__known"),
    *("campaign_launches", "int_campaigns", "int_campaign_variants", "int_customers__households"),
    "int_customers__permissions",
    *("path:models/marts/campaigns/audiences", "int_audiences"),
    *("int_campaign_candidates", "campaign_assignments", "int_campaign_members"),
    "campaign_targets",
]
LEDGER = ("int_campaigns__known", "campaign_launches", "campaign_assignments")


def audiences(**texts: str) -> dict[str, str]:
    """The files that an analyst changes to add audiences: their SQL, and the list of names."""
    path = "macros/campaigns/audience_names.sql"
    listed = "".join(f"\n        '{name}'," for name in texts)
    files = {path: (PROJECT / path).read_text().replace("return([", f"return([{listed}")}
    for name, sql in texts.items():
        files[f"models/marts/campaigns/audiences/audience_{name}.sql"] = sql
    return files


def seed(*rows: str, without: tuple[str, ...] = ()) -> str:
    """The seed of campaigns, with rows more, and without some campaigns."""
    kept = [line for line in SEED.splitlines() if line.split(",")[0] not in without]
    return "\n".join([*kept, *rows]) + "\n"


class Campaigns:
    """A copy of the built sample, whose campaigns are listed again under other files."""

    def __init__(self, folder: Path, sample: Build):
        self.folder = folder
        self.sample = sample
        self.warehouse = folder / "warehouse.duckdb"
        self.archive = folder / "warehouse_campaigns"
        self.project = copy_project(folder / "project", {})
        self.changed: set[str] = set()

    def reset(self) -> None:
        """As the sample was built, in the same folder: dbt then parses only what has changed."""
        shutil.copy(self.sample.folder / "warehouse.duckdb", self.warehouse)
        shutil.rmtree(self.archive, ignore_errors=True)
        self.change({})

    def change(self, files: dict[str, str]) -> None:
        """Let some files of the project hold another text, and all others their own."""
        for name in self.changed:
            original = PROJECT / name
            if original.exists():
                shutil.copy(original, self.project / name)
            else:
                (self.project / name).unlink()
        for name, text in files.items():
            (self.project / name).write_text(text)
        self.changed = set(files)

    def forget(self) -> None:
        """No campaign has been launched yet."""
        self.lose()
        shutil.rmtree(self.archive, ignore_errors=True)

    def lose(self) -> None:
        """The warehouse is lost, and the archive is not."""
        for table in LEDGER:
            self.execute(f"drop table {table}")
        # Nor does it know who was erased.
        self.execute("delete from stg_erased_customers")

    def execute(self, sql: str) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(sql)

    def run(
        self,
        changed_files: dict[str, str] | None = None,
        *arguments,
        select=LISTS,
        order_lines=SAMPLE,
        **options,
    ):
        self.change(changed_files or {})
        selection = [*arguments, "--select", *select]
        return run_build(self.folder, order_lines, *selection, project=self.project, **options)

    def relist(self, changed_files: dict[str, str] | None = None, *arguments, **options) -> Build:
        built = self.run(changed_files, *arguments, **options)
        assert built.succeeded, built.output
        return built

    def assignments(self) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(
                "select * from campaign_assignments order by campaign_id, customer_id"
            ).fetchall()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, sample_build) -> Campaigns:
    return Campaigns(tmp_path_factory.mktemp("campaigns"), sample_build)


@pytest.fixture
def campaigns(workplace) -> Campaigns:
    workplace.reset()
    return workplace


def test_every_member_of_an_audience_is_treated_or_control_or_suppressed(sample_build):
    """Nobody is lost, nobody is added, at the launch as now."""
    members = """
        select campaigns.campaign_id, audiences.customer_id
        from int_campaigns as campaigns
        inner join int_audiences as audiences
            on campaigns.audience = audiences.audience
            and campaigns.audience_as_of = audiences.as_of_date
    """
    targets = "select campaign_id, customer_id from campaign_targets"
    assert sample_build.query(f"({members}) except ({targets})") == []
    assert sample_build.query(f"({targets}) except ({members})") == []
    assert sample_build.value(
        "select count(*) = count(*) filter (assignment = 'treatment') "
        "+ count(*) filter (assignment = 'control') + count(suppressed_because) "
        "and count(distinct campaign_id) = 6 from campaign_targets"
    )


def test_no_customer_is_of_two_campaigns_at_a_time(campaigns):
    """Three campaigns for one audience: two overlap, and one was launched before both."""
    campaigns.forget()
    rest = "post,x,1,0,0.1,0.5"

    built = campaigns.relist(
        {
            "seeds/campaign_variants.csv": NO_VARIANTS,
            "seeds/campaigns.csv": "\n".join(
                [
                    HEADER,
                    f"later,win_back,2024-11-04,2024-11-30,{rest},40,1,30",
                    f"overlapping,win_back,2024-11-04,2024-12-15,{rest},,2,30",
                ]
            ),
        }
    )
    # Added only now, and over before the others begin.
    built = campaigns.relist(
        {
            "seeds/campaign_variants.csv": NO_VARIANTS,
            "seeds/campaigns.csv": "\n".join(
                [HEADER, f"earlier,win_back,2024-09-02,2024-09-29,{rest},,1,30"]
            ),
        }
    )

    reasons = dict(
        built.query(
            "select campaign_id, list(distinct suppressed_because order by suppressed_because) "
            "from campaign_assignments group by 1"
        )
    )
    assert reasons == {
        "earlier": ["global_control", None],
        "later": ["budget", "global_control", None],
        "overlapping": ["global_control", "in_other_campaign", None],
    }
    # What the first one's budget leaves out, the second may have.
    assert built.value(
        "select count(*) > 0 from campaign_assignments as first "
        "inner join campaign_assignments as second using (customer_id) "
        "where first.campaign_id = 'later' and second.campaign_id = 'overlapping' "
        "and first.suppressed_because = 'budget' and second.assignment is not null"
    )
    assert (
        built.query(
            "select customer_id from campaign_assignments "
            "where campaign_id in ('later', 'overlapping') and assignment is not null "
            "group by 1 having count(*) > 1"
        )
        == []
    )


def test_the_treated_cost_no_more_than_the_budget_and_the_list_ends_for_both_arms(sample_build):
    [(cost, budget, cut, last_taken, first_cut)] = sample_build.query(
        """
        select
            sum(planned_cost) filter (assignment = 'treatment'),
            max(budget),
            count(*) filter (suppressed_because = 'budget'),
            max((targets.priority, -targets.expected_value)) filter (rank is not null),
            min((targets.priority, -targets.expected_value)) filter (suppressed_because = 'budget')
        from campaign_targets as targets
        inner join int_campaign_candidates as candidates using (campaign_id, customer_id)
        where campaign_id = 'vip_care_2024'
        """
    )
    assert cut > 0
    assert cost <= budget
    assert last_taken <= first_cut


def draw(*parts: str) -> float:
    """The number from 0 to 1 that a hash draws, by its first four digits."""
    return (int(hashlib.md5(":".join(parts).encode()).hexdigest()[:4], 16) + 0.5) / 65536


def test_sql_draws_what_the_documented_hash_draws(sample_build):
    shares = dict(sample_build.query("select campaign_id, control_share from int_campaigns"))
    rows = sample_build.query(
        "select campaign_id, customer_id, is_drawn_for_treatment from int_campaign_candidates"
    )
    assert len(rows) > 500
    for campaign, customer, is_treated in rows:
        is_control = draw("customer_value", campaign, customer) < shares[campaign]
        assert is_treated is not is_control, (campaign, customer)


def test_draws_are_uniform_and_those_of_two_campaigns_independent():
    """Chi-squared tests on 20,000 customers, the same ones each time."""
    customers = [str(number) for number in range(12000, 32000)]
    first, second = (
        np.array([draw("customer_value", campaign, customer) for customer in customers])
        for campaign in ("spring_2025", "summer_2025")
    )
    for draws in (first, second):
        counts, _ = np.histogram(draws, bins=20, range=(0, 1))
        assert stats.chisquare(counts).pvalue > 0.01
    table, _, _ = np.histogram2d(first, second, bins=5, range=[(0, 1), (0, 1)])
    assert stats.chi2_contingency(table).pvalue > 0.01
    # The same test sees a dependence: the same draw for both campaigns.
    table, _, _ = np.histogram2d(first, first, bins=5, range=[(0, 1), (0, 1)])
    assert stats.chi2_contingency(table).pvalue < 1e-9


def test_launches_one_by_one_and_all_at_once_give_the_same_lists(campaigns):
    at_once = campaigns.assignments()
    campaigns.forget()
    first = campaigns.relist(
        {
            "seeds/campaigns.csv": seed(without=("second_order_2024", "upgrade_2024")),
            "seeds/campaign_variants.csv": NO_VARIANTS,
        }
    )
    assert first.query("select distinct campaign_id from campaign_assignments order by 1") == [
        ("vip_care_2024",),
        ("win_back_2024",),
    ]

    campaigns.relist()
    assert campaigns.assignments() == at_once


def test_a_changed_rule_and_a_full_refresh_alter_no_launched_campaign(campaigns):
    before = campaigns.assignments()
    planned_before = campaigns.sample.query(
        "select customer_id from campaign_targets where campaign_id = 'reactivation_2025'"
    )
    none = "select * from {{ ref('int_audience_customers') }} where false"
    nobody = f"select as_of_date, customer_id, 1 as priority, 'x' as reason from ({none}) as nobody"
    changed = {
        f"models/marts/campaigns/audiences/audience_{audience}.sql": nobody
        for audience in ("win_back", "vip_care", "reactivation")
    }

    built = campaigns.relist(changed, "--full-refresh")

    assert campaigns.assignments() == before
    # The rule at the launch is kept.
    assert built.value(
        "select audience_rule like '%customers_at_risk%' or audience_rule like '%at_risk%' "
        "from campaign_launches where campaign_id = 'win_back_2024'"
    )
    # The changed rule was at work: a campaign that is only planned has changed.
    assert planned_before
    assert (
        built.query("select 1 from campaign_targets where campaign_id = 'reactivation_2025'") == []
    )


VARIANTS = (PROJECT / "seeds" / "campaign_variants.csv").read_text()


@pytest.mark.parametrize(
    ("files", "difference"),
    [
        (
            {"seeds/campaigns.csv": SEED.replace(",0.30,400,", ",0.90,1,")},
            "win_back_2024 was launched on other terms: seeds/campaigns.csv has the budget 1.0000, "
            "the launch had 400.0000",
        ),
        (
            {"seeds/campaigns.csv": SEED.replace("win_back,2024-09-02", "win_back,2024-09-03")},
            "win_back_2024 was launched on other terms: seeds/campaigns.csv has the launch_date "
            "2024-09-03, the launch had 2024-09-02",
        ),
        (
            {"seeds/campaigns.csv": SEED.replace("email,10 off the next", "post,10 off the next")},
            "variant treatment: the seed has the channel post, the launch had email",
        ),
        (
            {"seeds/campaign_variants.csv": VARIANTS + "win_back_2024,a,,,,,1\n"},
            "win_back_2024 was launched on other terms: the launch had no variant a",
        ),
        (
            {"seeds/campaign_variants.csv": VARIANTS.replace("voucher,", "voucher5,")},
            "upgrade_2024 was launched on other terms: the launch had no variant voucher5",
        ),
        (
            {"seeds/campaign_variants.csv": VARIANTS.replace(",,5,1", ",,6,1")},
            "upgrade_2024 was launched on other terms: variant voucher: the seed has the "
            "offer_cost 6.0000, the launch had 5.0000",
        ),
    ],
)
def test_a_seed_that_no_longer_agrees_with_a_launch_is_named(campaigns, files, difference):
    before = campaigns.assignments()

    built = campaigns.run(files)

    assert not built.succeeded
    assert difference in " ".join(built.output.split())
    assert campaigns.assignments() == before


def test_a_running_campaign_stays_in_the_seed_and_one_that_has_ended_keeps_its_results(campaigns):
    without = {
        "seeds/campaigns.csv": seed(without=("vip_care_2024",)),
        "seeds/campaign_variants.csv": VARIANTS.replace("vip_care_2024", "reactivation_2025"),
    }
    results = ["int_campaign_outcomes", "int_campaign_arms", "fit_campaign_results"]
    select = [*LISTS, "int_as_of_dates", *results, "campaign_results"]
    shown = "select * from campaign_results where campaign_id = 'vip_care_2024' order by all"
    before = campaigns.assignments(), campaigns.sample.query(shown)

    stopped = campaigns.run(without, select=select, variables={"as_of_date": "2024-09-20"})

    told = " ".join(stopped.output.split())
    assert "campaign vip_care_2024 was launched on 2024-09" in told
    assert "seeds/campaigns.csv has no such campaign: restore its row" in told

    built = campaigns.relist(without, select=select)

    assert (campaigns.assignments(), built.query(shown)) == before
    assert len(before[1]) == 2


def test_the_warehouse_of_an_earlier_version_gets_the_households_column(campaigns):
    before = campaigns.assignments()
    campaigns.execute("alter table campaign_assignments drop column household_id")

    campaigns.relist()

    with duckdb.connect(str(campaigns.warehouse)) as connection:
        assert connection.execute(
            "select campaign_id, customer_id from campaign_assignments order by all"
        ).fetchall() == [row[:2] for row in before]
        # Lists of then keep none; the column is there for those to come.
        assert connection.execute(
            "select count(household_id) from campaign_assignments"
        ).fetchone() == (0,)


def test_the_archive_of_an_earlier_version_has_no_households_and_is_restored(campaigns):
    campaigns.forget()
    campaigns.relist()
    before = campaigns.assignments()
    for manifest in campaigns.archive.glob("*/manifest.json"):
        path = manifest.parent / "assignments.parquet"
        old = hashlib.sha256(path.read_bytes()).hexdigest()
        with duckdb.connect() as connection:
            connection.execute(
                f"create table kept as select * exclude (household_id) from '{path}'"
            )
            connection.execute(f"copy kept to '{path}' (format parquet)")
        new = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest.write_text(manifest.read_text().replace(old, new))
    campaigns.lose()

    campaigns.relist()

    assert [row[:2] for row in campaigns.assignments()] == [row[:2] for row in before]
    with duckdb.connect(str(campaigns.warehouse)) as connection:
        assert connection.execute(
            "select count(household_id), count(customer_id) > 100 from campaign_assignments"
        ).fetchall() == [(0, True)]


def test_a_lost_warehouse_takes_its_campaigns_back_and_launches_a_new_one(campaigns):
    """The new one is decided although the archive holds the others (its list was once lost)."""
    before = campaigns.assignments()
    campaigns.forget()
    campaigns.relist()
    assert len(list(campaigns.archive.glob("*/manifest.json"))) == 4
    campaigns.lose()
    everyone = (
        "select as_of_date, customer_id, 1 as priority, 'x' as reason from "
        "{{ ref('int_audience_customers') }}"
    )
    new = "new,cannot_lose,2024-11-04,2024-11-05,post,x,1,0,0.1,0.5,,9,30"

    built = campaigns.relist(
        {
            "models/marts/campaigns/audiences/audience_win_back.sql": everyone,
            "seeds/campaigns.csv": seed(new),
        }
    )

    assert [row for row in campaigns.assignments() if row[0] != "new"] == before
    assert built.value(
        "select count(*) = (select count(*) from int_campaign_candidates where campaign_id = 'new')"
        " and count(*) > 0 from campaign_assignments where campaign_id = 'new'"
    )
    assert len(list(campaigns.archive.glob("*/manifest.json"))) == 5


def test_what_is_no_whole_launch_is_set_aside_and_named(campaigns):
    """Cut, changed, doubled, foreign, of an older version: the next build needs no hand."""
    before = campaigns.assignments()
    campaigns.forget()
    campaigns.relist()
    [win_back] = campaigns.archive.glob("win_back_2024-*")
    [upgrade] = campaigns.archive.glob("upgrade_2024-*")
    [vip_care] = campaigns.archive.glob("vip_care_2024-*")
    whole = (win_back / "assignments.parquet").read_bytes()
    (win_back / "assignments.parquet").write_bytes(whole[: len(whole) // 2])
    shutil.copy(vip_care / "assignments.parquet", upgrade / "data_1.parquet")
    shutil.copytree(vip_care, campaigns.archive / "vip_care copy")
    (campaigns.archive / "campaign_id=x").mkdir()
    (campaigns.archive / "campaign_id=x" / "data_0.parquet").write_bytes(b"")
    # Left by a build that was killed.
    shutil.copytree(vip_care, campaigns.archive / f".writing-{campaign_archive._host()}-99999999")

    built = campaigns.relist()
    output = " ".join(built.output.split())
    campaigns.lose()
    campaigns.relist()

    assert campaigns.assignments() == before
    for name in (win_back.name, f"{upgrade.name}/data_1.parquet", "vip_care copy", "campaign_id=x"):
        assert f"warehouse_campaigns/{name} is no whole launch" in output, name
    assert len(list((campaigns.archive / "set_aside").iterdir())) == 4
    assert len(list(campaigns.archive.glob("*/manifest.json"))) == 4


def test_a_cut_launch_blocks_no_build_of_a_shop_without_a_salt(campaigns):
    """What a kill left of the first launch, before there was a salt or a manifest."""
    campaigns.forget()
    cut = campaigns.archive / "campaign_id=x" / "data_0.parquet"
    cut.parent.mkdir(parents=True)
    cut.write_bytes(b"")

    for _ in range(2):
        built = campaigns.relist(variables={"campaign_salt": None})

    assert built.value("select count(distinct campaign_id) from campaign_assignments") == 4
    assert (campaigns.archive / "set_aside" / "campaign_id=x" / "data_0.parquet").exists()
    assert len((campaigns.archive / "salt").read_text().strip()) == 32


def test_launches_of_another_shop_or_of_ids_in_another_form_stop_the_build(campaigns):
    """First those of the warehouse, then those that the archive restores."""
    campaigns.relist()
    campaigns.execute("update customers set customer_id = 'K' || customer_id")

    of_warehouse = campaigns.run()
    campaigns.lose()
    of_archive = campaigns.run()

    for stopped in (of_warehouse, of_archive):
        assert "no customer of these order lines is on a list of campaign" in " ".join(
            stopped.output.split()
        )
    assert "campaign_assignments" not in of_archive.tables()
    assert len(list(campaigns.archive.glob("*/manifest.json"))) == 4


def test_a_warehouse_with_launches_is_given_no_new_salt(campaigns):
    stopped = campaigns.run(variables={"campaign_salt": None})

    assert not stopped.succeeded
    assert "There are launched campaigns, and the archive" in " ".join(stopped.output.split())
    assert not (campaigns.archive / "salt").exists()


@pytest.mark.parametrize("kept_in", ["archive", "dbt_project.yml"])
def test_the_salt_draws_the_groups_and_no_file_of_dbt_shows_it(
    campaigns, tmp_path, monkeypatch, kept_in
):
    """Not the compiled SQL, the documentation or the debug log, also where ids are erased."""
    # A var of the command, which dbt writes down, would override the others.
    monkeypatch.delitem(VARIABLES, "campaign_salt")
    salt = "a secret of the shop"
    files = {}
    if kept_in == "dbt_project.yml":
        text = (PROJECT / kept_in).read_text()
        files[kept_in] = text.replace("campaign_salt: null", f"campaign_salt: {salt}")
    campaigns.forget()
    erased = tmp_path / "erased.csv"
    # What other tests have left there was made with another salt.
    for name in ("target", "logs"):
        shutil.rmtree(campaigns.folder / name, ignore_errors=True)
    options = {"environment": {"ERASED_CUSTOMERS": str(erased)}, "log_level": "debug"}
    select = ["stg_erased_customers", *LISTS]
    for ids in ("nobody", campaigns.sample.value("select min(customer_id) from customers")):
        erased.write_text(f"Customer ID\n{ids}\n")
        built = campaigns.relist(files, select=select, **options)
    documented = run_dbt(
        campaigns.folder,
        *("docs", "generate", "--static"),
        project=campaigns.project,
        **options,
    )
    assert documented.succeeded, documented.output

    if kept_in == "archive":
        salt = (campaigns.archive / "salt").read_text().strip()
    households = built.query(
        "select distinct household_id, refused_because is not null "
        "from int_campaign_candidates "
        "where coalesce(refused_because, 'global_control') = 'global_control'"
    )
    assert len(households) > 100
    for household, is_held_back in households:
        digest = hashlib.md5(f"{salt}::{household}".encode()).hexdigest()
        assert (int(digest[:4], 16) < 0.05 * 65536) == is_held_back
    paths = [path for name in ("target", "logs") for path in (campaigns.folder / name).rglob("*")]
    paths = [path for path in paths if path.is_file()]
    assert {"manifest.json", "static_index.html", "dbt.log"} <= {path.name for path in paths}
    assert [path for path in paths if salt.encode() in path.read_bytes()] == []


def test_a_list_drawn_after_its_launch_is_no_evidence_and_one_planned_before_is(campaigns):
    campaigns.forget()
    known = ["campaigns", "stg_campaigns", "int_as_of_dates", "int_campaigns__known"]
    campaigns.relist(
        {"seeds/campaigns.csv": seed(without=("vip_care_2024", "upgrade_2024"))},
        select=[*known, "campaign_variants"],
        variables={"as_of_date": "2024-08-30"},
    )

    # The launches of November are drawn when one of them has ended.
    for as_of_date in ("2024-09-10", "2024-11-30"):
        built = campaigns.relist(
            select=[*LISTS, "int_as_of_dates"], variables={"as_of_date": as_of_date}
        )

    assert built.query(
        "select campaign_id, evidence from int_campaigns where is_launched order by 1"
    ) == [
        ("second_order_2024", "drawn_afterwards"),
        ("upgrade_2024", "experiment"),
        ("vip_care_2024", "drawn_afterwards"),
        ("win_back_2024", "experiment"),
    ]


def test_a_launched_campaign_stays_launched_if_the_clock_goes_back(campaigns):
    before = campaigns.assignments()

    built = campaigns.relist(
        select=[*LISTS, "int_as_of_dates"], variables={"as_of_date": "2024-10-01"}
    )

    assert campaigns.assignments() == before
    assert built.query(
        "select campaign_id, status from int_campaigns where launch_date > as_of_date "
        "and is_launched order by 1"
    ) == [("second_order_2024", "running"), ("upgrade_2024", "running")]


def test_a_launch_without_its_list_is_launched_anew_by_the_next_run(campaigns):
    """A run was killed between the two tables; the next one comes when the campaign has ended."""
    query = "select distinct drawn_on_date, is_drawn_afterwards from campaign_launches "
    campaigns.execute("update campaign_launches set drawn_on_date = launch_date")
    campaigns.execute("update campaign_launches set is_drawn_afterwards = false")
    campaigns.execute("delete from campaign_assignments where campaign_id = 'upgrade_2024'")
    as_of_date = campaigns.sample.value("select as_of_date from int_as_of_dates where is_current")

    # As `dbt retry` would: the list would be that of another day than its launch.
    stopped = campaigns.run(select=["campaign_assignments"])
    assert "the list of campaign upgrade_2024 was drawn has launched it as of 2024-11-04" in (
        " ".join(stopped.output.split())
    )

    built = campaigns.relist()

    assert built.query(query + "where campaign_id = 'upgrade_2024'") == [(as_of_date, True)]
    others_changed = "where campaign_id <> 'upgrade_2024' and drawn_on_date <> launch_date"
    assert built.query(query + others_changed) == []
    assert built.value("select count(*) from campaign_launches") == campaigns.sample.value(
        "select count(*) from campaign_launches"
    )
    assert campaigns.assignments() == campaigns.sample.query(
        "select * from campaign_assignments order by campaign_id, customer_id"
    )


def test_a_launch_of_a_day_to_come_is_not_taken_from_the_archive(campaigns):
    """Somebody has tried a later as_of_date, and both warehouses share an archive."""
    campaigns.forget()
    campaigns.relist()
    campaigns.lose()
    campaigns.execute("update int_as_of_dates set as_of_date = '2024-10-01' where is_current")

    stopped = campaigns.run()

    told = " ".join(stopped.output.split())
    assert "Failure in model campaign_launches" in told
    assert "Give each of the two a CAMPAIGN_ARCHIVE of its own" in told
    campaigns.relist(select=[*LISTS, "int_as_of_dates"], variables={"as_of_date": "2024-10-01"})
    assert len({row[0] for row in campaigns.assignments()}) == 4


def test_another_salt_draws_other_groups_for_planned_campaigns_only(campaigns):
    before = campaigns.assignments()
    query = (
        "select customer_id, assignment from campaign_targets "
        "where campaign_id = 'reactivation_2025' order by 1"
    )
    planned = campaigns.sample.query(query)

    built = campaigns.relist(variables={"campaign_salt": "another"})

    assert campaigns.assignments() == before
    assert built.query(query) != planned


def test_thirty_campaigns_of_one_day_with_odd_ids_are_decided_and_archived(campaigns):
    """The plan once grew by 2.5 times with each campaign, so that 14 did not end."""
    before = campaigns.assignments()
    odd = ["a/b", "../../escape", "'; drop table customers; --", '"x=1,\nb"', "é *?", "x" * 300]
    campaigns.forget()
    rest = "post,x,1,0,0.1,0.5,,9,30"
    rows = [f"{name},win_back,2024-11-04,2024-11-24,{rest}" for name in odd]
    rows += [f"c{n},upgrade,2024-11-04,2024-11-24,{rest}" for n in range(12)]
    rows += [f"p{n},upgrade,2025-12-01,2025-12-24,{rest}" for n in range(12)]

    campaigns.relist({"seeds/campaigns.csv": seed(*rows)})
    decided = campaigns.assignments()
    campaigns.lose()
    campaigns.relist({"seeds/campaigns.csv": seed(*rows)})

    assert campaigns.assignments() == decided
    names = {row[0] for row in decided}
    assert len(names) == 4 + len(odd) + 12
    assert [row for row in decided if row in set(before)] == before
    assert len(list(campaigns.archive.glob("*/manifest.json"))) == len(names)


def test_given_recipients_of_past_campaigns_are_measured_and_not_drawn(campaigns, tmp_path):
    """One that held some back, and one that wrote to all it knew, some by their address."""
    path = tmp_path / "past.csv"
    rows = campaigns.sample.query(
        "select customer_id, assignment from campaign_assignments "
        "where campaign_id = 'win_back_2024' and assignment is not null order by 1"
    )
    written = [("win_back_2024", arm, customer, "", "") for customer, arm in rows]
    vips = [
        row[0]
        for row in campaigns.sample.query(
            "select customer_id from campaign_assignments where campaign_id = 'vip_care_2024' "
            "and assignment = 'treatment' order by 1"
        )
    ]
    contacts = PROJECT / "seeds" / "sample" / "sample_customer_contacts.csv"
    lines = [line.replace(".0,", ",", 1) for line in contacts.read_text().splitlines()]
    addresses = dict(line.split(",")[:2] for line in lines)
    vips.sort(key=lambda customer: (not addresses.get(customer), customer))
    vips = vips[:20]
    address = addresses[vips[0]].upper()
    written += [("vip_care_2024", "contacted", "", address, "2024-09-05")]
    written += [("vip_care_2024", "contacted", vip, "", "") for vip in vips[1:]]
    written += [("vip_care_2024", "Sent", "", "nobody@example.com", "")]
    path.write_text(
        "Campaign ID,Arm,Customer ID,Email,Redeemed At\n"
        + "".join(",".join(row) + "\n" for row in written)
    )
    people = ["base_customer_contacts", "stg_customer_contacts__normalised"]
    results = ["int_campaign_outcomes", "int_campaign_arms", "fit_campaign_results"]

    built = campaigns.relist(
        select=[*people, *LISTS, *results, "campaign_results"],
        customer_contacts=contacts,
        environment={"PAST_CAMPAIGN_CONTACTS": str(path)},
    )

    households = built.value(
        "select count(*) from (select 1 from campaign_assignments "
        "left join int_customers__households using (customer_id) "
        "where campaign_id = 'win_back_2024' and assignment is not null "
        "group by coalesce(int_customers__households.household_id, customer_id) "
        "having min(assignment) = 'treatment')"
    )
    assert built.query(
        "select campaign_id, evidence, treated_count, redemption_count, control_count > 20 "
        "from campaign_results "
        "where scope = 'campaign' and campaign_id in ('vip_care_2024', 'win_back_2024') order by 1"
    ) == [
        ("vip_care_2024", "observational", 20, 1, True),
        ("win_back_2024", "experiment", households, 0, True),
    ]
    [(verdict, p_value, incremental)] = built.query(
        "select verdict, revenue_p_value, incremental_revenue from campaign_results "
        "where campaign_id = 'vip_care_2024' and scope = 'campaign'"
    )
    assert verdict.startswith("no proof: nobody was held back by chance, and the contacted had")
    assert (p_value, incremental) == (None, None)
    assert built.query("select 1 from campaign_targets where campaign_id = 'win_back_2024'") == []

    path.write_text("Campaign ID,Arm,Customer ID\nvip_care_2024,maybe,1\n")
    stopped = campaigns.run(environment={"PAST_CAMPAIGN_CONTACTS": str(path)})
    assert "vip_care_2024: arm is maybe: it must be contacted or held_back" in " ".join(
        stopped.output.split()
    )


def test_recipients_of_a_campaign_that_was_drawn_here_stop_the_build(campaigns, tmp_path):
    campaigns.execute("update campaign_launches set is_drawn_afterwards = false")
    before = campaigns.assignments()
    [[campaign, customer]] = [row[:2] for row in before if row[3] == "control"][:1]
    path = tmp_path / "past.csv"
    path.write_text(f"Campaign ID,Arm,Customer ID\n{campaign},contacted,{customer}\n")

    stopped = campaigns.run(
        select=[*LISTS, "stg_customer_contacts__normalised"],
        environment={"PAST_CAMPAIGN_CONTACTS": str(path)},
    )

    assert not stopped.succeeded
    assert f"PAST_CAMPAIGN_CONTACTS names campaign {campaign}, whose list was drawn here" in (
        " ".join(stopped.output.split())
    )
    assert campaigns.assignments() == before


def test_a_build_without_past_contacts_stops_where_the_build_before_had_some(campaigns, tmp_path):
    path = tmp_path / "past.csv"
    headers = "Campaign ID,Arm,Customer ID\n"
    path.write_text(f"{headers}win_back_2024,contacted,1\n")
    given = {"PAST_CAMPAIGN_CONTACTS": str(path)}
    select = ["stg_past_campaign_contacts"]
    campaigns.relist(select=select, environment=given)

    for environment in [{}, given]:
        path.write_text(headers)
        stopped = campaigns.run(select=select, environment=environment)

        assert not stopped.succeeded
        told = " ".join(stopped.output.split())
        assert (
            "This warehouse was built with past campaign contacts, and PAST_CAMPAIGN_CONTACTS "
            "names none now: a list would be drawn for their campaigns." in told
        )


def test_an_erased_customer_does_not_come_back_from_the_archive(campaigns, tmp_path):
    campaigns.forget()
    campaigns.relist()
    before = campaigns.assignments()
    [erased] = [row[1] for row in before if row[3] == "treatment"][:1]
    (tmp_path / "erased.csv").write_text(f"Customer ID\n{erased}.0\n")
    environment = {"ERASED_CUSTOMERS": str(tmp_path / "erased.csv")}
    select = ["stg_erased_customers", *LISTS]

    campaigns.relist(select=select, environment=environment)
    in_place = campaigns.assignments()
    campaigns.lose()
    campaigns.relist(select=select)

    assert campaigns.assignments() == in_place
    tokens = {row[1] for row in in_place} - {row[1] for row in before}
    assert {row[1] for row in before} - {row[1] for row in in_place} == {erased}
    assert len(tokens) == 1
    [token] = tokens
    renamed = [tuple(token if value == erased else value for value in row) for row in before]
    assert sorted(renamed, key=str) == sorted(in_place, key=str)


def test_ids_of_one_launch_that_are_one_erased_person_keep_their_rows(campaigns, tmp_path):
    campaigns.forget()
    campaigns.relist()
    before = campaigns.assignments()
    one, other = [row[1] for row in before if row[0] == "win_back_2024" and row[3]][:2]
    (tmp_path / "erased.csv").write_text(f"Customer ID\n{other}\n")
    (tmp_path / "aliases.csv").write_text(f"Customer ID,Belongs To\n{one},{other}\n")
    environment = {
        "ERASED_CUSTOMERS": str(tmp_path / "erased.csv"),
        "CUSTOMER_ALIASES": str(tmp_path / "aliases.csv"),
    }
    select = ["base_customer_aliases", "stg_erased_customers", "stg_customer_aliases", *LISTS]

    built = campaigns.relist(select=select, environment=environment)
    in_place = campaigns.assignments()
    campaigns.lose()
    campaigns.relist(select=select, environment=environment)

    assert campaigns.assignments() == in_place
    tokens = {row[1] for row in in_place} - {row[1] for row in before}
    assert {row[1] for row in before} - {row[1] for row in in_place} == {one, other}
    assert (len(tokens), len({row[:2] for row in in_place})) == (2, len(before))
    [(token, person)] = built.query(
        "select customer_id, household_id from int_customers__households "
        "where customer_id like 'erased-%'"
    )
    assert {token, person} == tokens
    with duckdb.connect(str(campaigns.warehouse)) as connection:
        kept = connection.execute("select id_token, person_token from stg_erased_customers")
        assert set(kept.fetchall()) == {(token, person), (person, person)}


@pytest.mark.parametrize("model", ["int_audience_customers", "int_customers__reachable"])
def test_campaigns_alone_stop_at_who_was_erased_after_the_lines_were_read(
    campaigns, tmp_path, model
):
    [erased] = campaigns.assignments()[0][1:2]
    (tmp_path / "erased.csv").write_text(f"Customer ID\n{erased}\n")

    stopped = campaigns.run(
        # Only if a build of the campaigns has both.
        select=["tag:campaigns,stg_erased_customers", f"tag:campaigns,{model}"],
        environment={"ERASED_CUSTOMERS": str(tmp_path / "erased.csv")},
    )

    assert not stopped.succeeded
    told = " ".join(stopped.output.split())
    assert f"Failure in model {model}" in told
    assert "run dbt build once without --select" in told
    assert "PASS=3 WARN=0 ERROR=1 SKIP=0" in told
    assert erased not in told


def test_the_archive_may_lie_deep_and_have_any_name(campaigns, tmp_path, monkeypatch):
    before = campaigns.assignments()
    campaigns.forget()
    monkeypatch.setenv("CAMPAIGN_ARCHIVE", str(tmp_path / "back up" / "it's [old] *"))
    ledger = ["int_campaigns__known", "campaign_launches", "campaign_assignments"]
    campaigns.relist(select=ledger)
    campaigns.execute("update campaign_assignments set reason = 'changed'")

    campaigns.relist(select=ledger)
    campaigns.lose()
    campaigns.relist(select=ledger)

    assert campaigns.assignments() == before


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            "as_of_date, null as customer_id, 1 as priority, 'x' as reason",
            "customer ? as of 2024-09-02: customer_id is missing",
        ),
        (
            "as_of_date, 'x' as customer_id, 1 as priority, 'x' as reason",
            "customer x as of 2024-09-02: is no customer as of this date",
        ),
        (
            "as_of_date, '13174' as customer_id, 1 as priority, 'x' as reason",
            "customer 13174 as of 2024-09-02: stands in more than one row",
        ),
        (
            "as_of_date, customer_id, 1 as priority, cast(null as varchar) as reason",
            "as of 2024-09-02: reason is missing",
        ),
        ("as_of_date, customer_id, 1 as priority", 'does not have a column named "reason"'),
        (
            "as_of_date, customer_id, 'high' as priority, 'x' as reason",
            "priority is missing, or no whole number",
        ),
    ],
)
def test_an_audience_that_is_none_stops_the_build_and_is_named(campaigns, columns, message):
    odd = (
        f"select {columns} from {{{{ ref('int_audience_customers') }}}} "
        "where as_of_date = date '2024-09-02' limit 2"
    )
    built = campaigns.run(audiences(odd=odd), select=["audience_odd", "int_audiences"])

    assert not built.succeeded
    output = " ".join(built.output.split())
    assert message in output
    assert "audience_odd" in output


def test_an_audience_that_is_not_listed_stops_the_build_with_the_remedy(campaigns):
    files = audiences(forgotten="select * from {{ ref('int_audience_customers') }}")
    del files["macros/campaigns/audience_names.sql"]

    built = campaigns.run(files, select=["int_audiences"])

    assert not built.succeeded
    output = " ".join(built.output.split())
    assert "audience_forgotten.sql is not on the list: add 'forgotten' to" in output, output

    row = "c,forgotten,2025-01-01,2025-01-02,post,x,1,0,0.1,0.5,,1,30"
    built = campaigns.run(files | {"seeds/campaigns.csv": seed(row)}, select=SEEDS)

    assert not built.succeeded
    output = " ".join(built.output.split())
    assert "or its name is not in macros/campaigns/audience_names.sql" in output, output


@pytest.mark.parametrize(
    ("launch_date", "is_stopped"),
    [
        # As of a month's end only a sample is scored, and as of this day nobody is.
        ("2024-10-01", True),
        ("2023-02-14", True),
        # Before the first order there is nobody to score.
        ("2022-12-31", False),
    ],
)
def test_campaigns_built_alone_stop_at_a_launch_as_of_which_nobody_is_scored(
    campaigns, launch_date, is_stopped
):
    row = f"late,win_back,{launch_date},{launch_date},post,x,1,0,0.1,0.5,,1,30"

    built = campaigns.run({"seeds/campaigns.csv": seed(row)})

    assert built.succeeded is not is_stopped, built.output
    message = f"campaign late was launched on {launch_date}, and nobody is scored as of that date"
    assert (message in " ".join(built.output.split())) is is_stopped


def test_new_orders_alter_no_launched_campaign(campaigns, tmp_path):
    """Orders and returns of all whom a campaign holds, some of them before its launch."""
    before = campaigns.assignments()
    customers = campaigns.sample.query(
        "select distinct customer_id from campaign_assignments where campaign_id = 'win_back_2024'"
    )
    lines = SAMPLE.read_text()
    for number, (customer,) in enumerate(sorted(customers)):
        lines += f"9{number:05},20492B,STAR,50,2024-08-30 10:00:00,9.50,{customer},United Kingdom\n"
        lines += f"8{number:05},20492B,STAR,50,2025-01-20 10:00:00,9.50,{customer},United Kingdom\n"
    more = tmp_path / "more.csv"
    more.write_text(lines)

    later = run_build(campaigns.folder, more, "--select", "+campaign_targets")

    assert later.succeeded, later.output
    assert campaigns.assignments() == before
    assert later.query(
        "select count(*) = 0 from int_audiences as audiences "
        "inner join campaign_assignments as assignments using (customer_id) "
        "where audience = 'win_back' and as_of_date = date '2024-09-02' "
        "and assignments.campaign_id = 'win_back_2024'"
    ) == [(True,)]


def test_a_line_dated_2099_launches_nothing(campaigns, tmp_path):
    """The tests that judge the input come before what cannot be undone; dbt run has none."""
    campaigns.forget()
    lines = tmp_path / "typo.csv"
    lines.write_text(
        SAMPLE.read_text() + "999999,20492B,STAR,5,2099-01-05 10:00:00,9.50,12895.0,Norway\n"
    )
    row = "far,win_back,2030-01-07,2030-02-07,email,An offer,0.02,1,0.05,0.3,,1,60"

    def run(**options) -> Build:
        return campaigns.run({"seeds/campaigns.csv": seed(row)}, order_lines=lines, **options)

    built = run(select=["+data_quality", *LISTS], with_data_tests=True)

    assert not built.succeeded
    assert "newest_order_day_does_not_stand_apart" in built.output
    assert built.query(
        "select example, is_in_doubt from data_quality "
        "where check_name = 'days_before_the_newest_order_day'"
    ) == [("2099-01-05", True)]
    assert "int_campaigns__known" not in built.tables()
    assert "campaign_assignments" not in built.tables()
    assert not campaigns.archive.exists()

    without_tests = run(select=["int_as_of_dates", *LEDGER[:2]])

    assert without_tests.succeeded, without_tests.output
    assert without_tests.query(
        "select max(as_of_date) > date '2099-01-01', "
        "(select max(known_since_date) <= current_date + 2 from int_campaigns__known), "
        "(select bool_and(launch_date < date '2030-01-01') from campaign_launches) "
        "from int_as_of_dates"
    ) == [(True, True, True)]


def test_an_analyst_adds_a_file_and_a_name_and_a_row_and_nothing_else(campaigns):
    germans = """
        select as_of_date, customer_id, 1 as priority, 'Lives in ' || country as reason
        from {{ ref('int_audience_customers') }}
        where country = 'Germany'
    """
    row = "hallo_2024,germans,2024-12-02,2024-12-20,post,Gruss,1,0,0.1,0.5,,1,30"

    built = campaigns.relist(
        {**audiences(germans=germans), "seeds/campaigns.csv": seed(row)},
    )

    assert built.value("select count(*) > 0 from audience_germans")
    assert built.query(
        "select bool_or(assignment = 'treatment'), bool_or(assignment = 'control'), min(reason) "
        "from campaign_assignments where campaign_id = 'hallo_2024'"
    ) == [(True, True, "Lives in Germany")]


def test_campaigns_at_the_edges_are_listed_too(campaigns):
    """All control, no control, an empty audience, one customer, and one to come."""
    one = (
        "select as_of_date, customer_id, 1 as priority, 'x' as reason from "
        "{{ ref('int_audience_customers') }} where customer_id = '13174'"
    )
    nobody = one.replace("= '13174'", "is null")
    rest = "post,x,1,0,0.1"
    files = {
        **audiences(one=one, nobody=nobody),
        "seeds/campaign_variants.csv": NO_VARIANTS,
        "seeds/suppressed_customers.csv": "customer_id,channel,reason\n",
        "seeds/campaigns.csv": "\n".join(
            [
                HEADER,
                f"all_control,win_back,2024-09-02,2024-09-03,{rest},1,,1,30",
                f"no_control,upgrade,2024-09-02,2024-09-03,{rest},0,,1,30",
                f"empty,nobody,2024-09-02,2024-09-03,{rest},0.5,,1,30",
                f"no_money,vip_care,2024-11-04,2024-11-05,{rest},0.5,0,1,30",
                f"one_customer,one,2024-11-04,2024-11-05,{rest},0,,1,30",
                f"to_come,one,2030-01-01,2030-01-02,{rest},0,,1,30",
            ]
        ),
    }
    no_global_control = {"global_control_share": 0}
    campaigns.forget()

    built = campaigns.relist(files, variables=no_global_control)

    counts = built.query(
        "select campaign_id, count(*) filter (assignment = 'treatment') > 0, "
        "count(*) filter (assignment = 'control') > 0, count(suppressed_because) > 0 "
        "from campaign_targets "
        "group by 1 order by 1"
    )
    assert counts == [
        ("all_control", False, True, False),
        ("no_control", True, False, False),
        ("no_money", False, True, True),
        ("one_customer", True, False, False),
        ("to_come", True, False, False),
    ]

    # What was launched without anybody stays so, whatever the audience is later.
    files["models/marts/campaigns/audiences/audience_nobody.sql"] = one
    built = campaigns.relist(files, variables=no_global_control)
    assert built.query(
        "select customer_id from int_audiences "
        "where audience = 'nobody' and as_of_date = date '2024-09-02'"
    ) == [("13174",)]
    assert built.query(
        "select customer_id, suppressed_because from campaign_assignments "
        "where campaign_id = 'empty'"
    ) == [(None, "empty_audience")]
    assert built.query("select 1 from campaign_targets where campaign_id = 'empty'") == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "x,win_back,2025-03-01,2025-02-28,email,o,1,0,.1,.1,,1,30",
            "campaign x: end_date 2025-02-28 is before launch_date 2025-03-01",
        ),
        (
            "x,win_back,1.3.2025,2025-03-28,email,o,1,0,.1,.1,,1,30",
            "campaign x: launch_date is 1.3.2025: it must be a date such as 2025-02-03",
        ),
        (
            "x,winback,2025-03-01,2025-03-28,email,o,1,0,.1,.1,,1,30",
            "campaign x: audience is winback: there is no file audience_winback.sql",
        ),
        (
            "x,win_back,2025-03-01,2025-03-28,pigeon,o,1,0,.1,.1,,1,30",
            "campaign x: channel is pigeon: it must be email, sms, ads, post",
        ),
        (
            "x,win_back,2025-03-01,2025-03-28,email,o,1,0,10,.1,,1,30",
            "campaign x: expected_response is 10: it must be a share from 0 to 1",
        ),
        (
            "x,win_back,2025-03-01,2025-03-28,email,o,1,0,.1,.1,lots,1,30",
            "campaign x: budget is lots: it must be empty or an amount of at least 0",
        ),
        (
            "vip_care_2024,win_back,2025-03-01,2025-03-28,email,o,1,0,.1,.1,,1,30",
            "campaign vip_care_2024: campaign_id stands in more than one row",
        ),
    ],
)
def test_a_row_that_makes_no_sense_stops_the_build_and_is_named(campaigns, row, message):
    built = campaigns.run({"seeds/campaigns.csv": seed(row)}, select=SEEDS)

    assert not built.succeeded
    assert f"seeds/campaigns.csv, {message}" in " ".join(built.output.split())


def test_a_variant_of_no_campaign_stops_the_build_and_is_named(campaigns):
    variants = (PROJECT / "seeds" / "campaign_variants.csv").read_text()
    built = campaigns.run(
        {"seeds/campaign_variants.csv": variants + "upgrade_2025,a,,,,,1\n"}, select=SEEDS
    )

    assert not built.succeeded
    assert (
        "seeds/campaign_variants.csv, campaign upgrade_2025, variant a: there is no such campaign"
        in " ".join(built.output.split())
    )
