"""Invented contacts: nobody's, the same each time, with what real lists hold besides."""

import re

import pandas as pd
import pytest
from conftest import SAMPLE_CONTACTS
from customer_value import simulated_contacts, simulation
from customer_value.simulation import Settings

# What regulators keep for films and books, without blanks and punctuation.
FICTION = re.compile(
    r"(0|44|\+44|\+440|0044)?7700900\d{3}(\.0)?|03023125\d{3}|06399\d{5}|02091\d{5}|1?20255501\d\d"
)


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(SAMPLE_CONTACTS, dtype=str, keep_default_na=False)


def test_the_file_is_what_the_module_writes_byte_for_byte(tmp_path):
    simulation.write(Settings(), tmp_path / "l.csv", contacts_path=tmp_path / "c.csv")

    assert (tmp_path / "c.csv").read_bytes() == SAMPLE_CONTACTS.read_bytes()


def test_nobody_can_be_written_to_or_called(sample):
    emails = sample.loc[sample["Email"].str.contains("@"), "Email"]
    assert emails.str.strip().str.lower().str.fullmatch(r".*@example\.(com|org)").all()

    numbers = sample["Phone"].str.replace(r"[ ()\-]", "", regex=True)
    others = numbers[(numbers != "") & ~numbers.map(lambda text: bool(FICTION.fullmatch(text)))]
    assert sorted(others) == ["900109", "askattheoffice"]


def test_most_customers_have_contacts_and_consents_are_of_three_kinds(sample):
    assert len(simulation.contacts_of(next(simulation.simulate(Settings()))[0], Settings())) == len(
        sample
    )
    assert 0.85 < sample["Customer ID"].nunique() / 1_500 < 0.95
    for column, share in simulated_contacts.CONSENT_SHARES.items():
        shares = sample[column].value_counts(normalize=True)
        assert abs(shares["yes"] - share) < 0.05
        assert 0 < shares[""] < 0.06


def test_a_few_customers_have_the_odd_rows_that_fit_and_later_chunks_none():
    settings = Settings(customer_count=40, chunk_size=20)
    first, second = [
        simulation.contacts_of(lines, settings, chunk)
        for chunk, (lines, _) in enumerate(simulation.simulate(settings))
    ]

    assert "equals@example.com" in set(first["Email"])
    assert "twice@example.com" not in set(first["Email"])
    assert second["Email"].str.fullmatch(r"[\w.'-]+\.\d{5}@example\.(com|org)", case=False).all()
