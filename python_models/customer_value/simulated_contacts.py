"""Simulates contacts for the customers of simulated order lines, with the oddities of real lists.

No row describes a person. Names are random pairs of common first and last names. E-mail addresses
end in example.com or example.org, which are reserved for examples [1]_. Phone numbers come from
ranges that regulators reserve for fiction [2]_; in countries without a known range, customers have
no phone number.

References
----------
.. [1] RFC 2606, Reserved Top Level DNS Names, section 3.
.. [2] Ofcom, Numbers for use in TV and radio drama; Bundesnetzagentur, Rufnummern fuer Medien
   (drama numbers); ARCEP, decision 2018-0881, annex 1, 2.5.12; ComReg 15/136, numbers for drama.
"""

import unicodedata

import numpy as np
import pandas as pd

COLUMNS = [
    *("Customer ID", "Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
    *("Email Consent", "SMS Consent", "Ads Consent"),
]

# Share of customers with a contact; of those contacts, the shares with a phone number, with each
# consent, with an unknown consent, and with untidy spelling.
CONTACT_SHARE, PHONE_SHARE = 0.9, 0.7
CONSENT_SHARES = {"Email Consent": 0.65, "SMS Consent": 0.35, "Ads Consent": 0.5}
UNKNOWN_CONSENT_SHARE, UNTIDY_SHARE = 0.03, 0.15

# By country: first names, last names, postal codes, and the format of a phone number with the size
# of the range that is reserved for fiction, or None if there is no such range.
_PEOPLE = {
    "United Kingdom": (
        "Amelia Arthur Beatrice Callum Daisy Edward Freya George Harriet Imogen Jack Zoë",
        "Ashworth Bennett Clarke Davies Ellis Fletcher Hughes Morgan O'Neill Patel Smith-Jones",
        ("LS1 4AP", "M1 1AE", "BS1 4DJ", "EH1 1YZ"),
        ("07700 900{:03d}", 1000),
    ),
    "Germany": (
        "Anke Björn Dörte Hans Jörg Käthe Lukas Marlene Sören Uwe",
        "Bäcker Fischer Groß Köhler Müller Schröder Weiß Zimmermann",
        ("10115", "20095", "50667", "80331"),
        ("030 23125 {:03d}", 1000),
    ),
    "France": (
        "Aurélie Benoît Chloé Françoise Gérard Hélène Jérôme Noémie",
        "Bernard Dupré Fabre Gauthier Lefèvre Marchand Noël Rousseau",
        ("75001", "69002", "33000"),
        ("06 39 98 {:02d} 17", 100),
    ),
    "EIRE": (
        "Aoife Ciarán Eoin Máire Niamh Pádraig Róisín Seán",
        "Byrne Doyle Kavanagh Murphy Nolan O'Brien Walsh",
        ("D01 F5P2", "T12 X8N6"),
        ("020 91{:01d} 4417", 10),
    ),
    "Netherlands": ("Anouk Bram Femke Jeroen Maartje", "Bakker Jansen Visser Zoutendijk", (), None),
    "Belgium": ("Élise Joris Margaux Wout", "Claes Lambert Peeters", (), None),
    "Switzerland": ("Beat Reto Ursina", "Frei Keller Meier", (), None),
}

# Odd rows, each with: customer (an int is a position among the simulated customers, from 0; a str
# is an id), e-mail address, phone number, and the differences to the defaults in `_TIDY`.
_TIDY: dict[str, str | None] = {
    "First Name": "Robin",
    "Last Name": "Example",
    "Country": "United Kingdom",
    "Zip": "M1 1AE",
    **dict.fromkeys(CONSENT_SHARES, "yes"),
}
_ODD_ROWS: tuple[tuple[int | str | None, str | None, str | None, dict], ...] = (
    # Names that a spreadsheet reads as formulas.
    (0, "equals@example.com", None, {"First Name": '=HYPERLINK("//x")', "Last Name": "=1+1"}),
    (1, "plus@example.com", None, {"First Name": "+1-800", "Last Name": "+SUM(A1:A9)"}),
    (2, "minus@example.com", None, {"First Name": "-2+3", "Last Name": "-Cmd"}),
    (3, "at@example.com", "07700 900101", {"First Name": "@SUM(1+1)", "Last Name": "@Work"}),
    # Other scripts, commas, quotes, a line end.
    (4, "sakura@example.org", None, {"First Name": "さくら", "Last Name": "東京"}),
    (5, "olga@example.org", None, {"First Name": "Ольга", "Last Name": 'Smith, "Olga"'}),
    (6, "lines@example.org", None, {"First Name": "Two\nLines", "Last Name": "Łukasz-Ñandú"}),
    # Upper case, surrounding blanks, a no-break space.
    (
        *(7, "  LOUD.Voice@EXAMPLE.COM\u00a0", " 07700 900102 "),
        {"First Name": " LOUD ", "Country": " united kingdom ", "Email Consent": " YES "},
    ),
    # No e-mail address, a text that is not one, and a formula instead of one.
    (8, None, "07700 900103", {}),
    (9, "nobody at example.com", "07700 900104", {}),
    (10, "=cmd@example.com", None, {}),
    # Phone numbers with a country code, as a spreadsheet changes them, and of another country.
    (11, "phone.a@example.com", "+44 (0)7700 900105", {}),
    (12, "phone.b@example.com", "0044 7700-900106", {}),
    (13, "phone.c@example.com", "447700900107", {"Country": "GB"}),
    (14, "phone.d@example.com", "7700900108.0", {"Country": "UK"}),
    (15, "phone.e@example.com", "(202) 555-0142", {"Country": "USA", "Zip": "20001"}),
    (16, "phone.f@example.com", "1-202-555-0143", {"Country": "US", "Zip": "20001"}),
    # Invalid phone numbers: too short, words, a national number without a known country.
    (17, "phone.g@example.com", "900109", {}),
    (18, "phone.h@example.com", "ask at the office", {}),
    (19, "phone.i@example.com", "07700 900110", {"Country": None, "Zip": None}),
    (20, "phone.j@example.com", "07700 900111", {"Country": "Atlantis"}),
    # Consents that are all refused, empty, or unreadable.
    (21, "refused@example.com", "07700 900112", dict.fromkeys(CONSENT_SHARES, "no")),
    (22, "silent@example.com", "07700 900113", dict.fromkeys(CONSENT_SHARES)),
    (23, "unclear@example.com", "07700 900114", {"Email Consent": "maybe", "SMS Consent": "?"}),
    # A customer twice: with equal rows; with another address and a withdrawn consent.
    (24, "twice@example.com", None, {}),
    (24, "twice@example.com", None, {}),
    (25, "before@example.com", None, {}),
    (25, "after@example.com", "07700 900115", {"Email Consent": "no"}),
    # A contact without a customer id, and one whose id has no orders.
    (None, "nobody@example.com", None, {}),
    ("99999", "subscriber@example.com", "07700 900116", {}),
)
ODD_CUSTOMER_COUNT = 1 + max(row[0] for row in _ODD_ROWS if isinstance(row[0], int))


def simulate_contacts(
    customers: pd.DataFrame, stream: np.random.Generator, with_odd_rows: bool = True
) -> pd.DataFrame:
    """Simulate the contacts of customers, as a file of contacts.

    Parameters
    ----------
    customers : pandas.DataFrame
        One row per customer: ``Customer ID`` and ``Country`` (one of `simulation.COUNTRIES`), both
        text.
    stream : numpy.random.Generator
        Source of all draws. Equal customers and equal streams give equal contacts.
    with_odd_rows : bool
        Whether the first customers get odd rows as in real lists instead of simulated contacts.

    Returns
    -------
    pandas.DataFrame
        One row per contact, sorted by ``Customer ID``, with `COLUMNS`. All values are text, null
        where empty. About a tenth of the customers have no contact.

    Raises
    ------
    KeyError
        If a column is missing or a country is unknown.

    Examples
    --------
    >>> customers = pd.DataFrame({"Customer ID": ["12346.0"], "Country": ["Germany"]})
    >>> contacts = simulate_contacts(customers, np.random.default_rng(2), with_odd_rows=False)
    >>> contacts[["Customer ID", "Email", "Phone"]]
      Customer ID                          Email          Phone
    0     12346.0  dorte.weiss.12346@example.com  030 23125 728
    """
    ids = customers["Customer ID"].astype(object).to_numpy()
    countries = customers["Country"].astype(object).to_numpy()
    odd_count = min(ODD_CUSTOMER_COUNT, len(ids)) if with_odd_rows else 0
    # Each customer has the same number of draws, so that none depends on the customers before.
    draws = stream.random((len(ids), 12))
    rows = [
        _contact(customer_id, country, draw)
        for customer_id, country, draw in zip(
            ids[odd_count:], countries[odd_count:], draws[odd_count:], strict=True
        )
        if draw[0] < CONTACT_SHARE
    ]
    if with_odd_rows:
        for place, email, phone, differences in _ODD_ROWS:
            if isinstance(place, int) and place >= odd_count:
                continue
            customer_id = ids[place] if isinstance(place, int) else place
            rows.append((customer_id, email, phone, *(_TIDY | differences).values()))
    contacts = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    return contacts.sort_values("Customer ID", kind="stable", na_position="last").reset_index(
        drop=True
    )


def _contact(customer_id: str, country: str, draw: np.ndarray) -> tuple[str | None, ...]:
    """Make one row of `COLUMNS` from twelve uniform draws."""
    first_names, last_names, postal_codes, phones = _PEOPLE[country]
    first = _pick(first_names.split(), draw[1])
    last = _pick(last_names.split(), draw[2])
    domain = _pick(["example.com", "example.org"], draw[3])
    number = customer_id.removesuffix(".0")
    email = f"{_ascii(first)}.{_ascii(last)}.{number}@{domain}"
    phone = None
    if phones and draw[4] < PHONE_SHARE:
        text, count = phones
        phone = text.format(int(draw[5] * count))
    consents = [
        None if draw[6 + place] > 1 - UNKNOWN_CONSENT_SHARE else _said(draw[6 + place] < share)
        for place, share in enumerate(CONSENT_SHARES.values())
    ]
    if draw[9] < UNTIDY_SHARE:
        email, first = email.upper(), f" {first.upper()} "
        phone = phone and phone.replace(" ", "-", 1)
    postal_code = _pick(postal_codes, draw[10]) if postal_codes else None
    return (customer_id, email, phone, first, last, country, postal_code, *consents)


def _pick(choices: list[str] | tuple[str, ...], draw: float) -> str:
    """Select an element by a uniform draw."""
    return choices[int(draw * len(choices))]


def _said(is_given: bool) -> str:
    """Spell a consent as in a list of contacts."""
    return "yes" if is_given else "no"


def _ascii(name: str) -> str:
    """Spell a name for an e-mail address: letters without diacritics, in lower case."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore")
    return "".join(letter for letter in plain.decode().lower() if letter.isalnum() or letter == "-")
