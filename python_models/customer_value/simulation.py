"""Simulates a retailer's order lines, with the true parameters of each customer.

Orders follow published models, so that a fit can be compared with the parameters that it should
find:

* The times of orders follow BG/NBD: customers order at a Gamma-distributed rate, and drop out for
  good after a repeat order with a Beta-distributed probability [1]_. With
  `Settings.first_order_may_be_last` also after the first order, which is MBG/NBD [2]_. Time runs
  faster before Christmas: the model's days are *operational* days, and the season's cumulative
  intensity maps them to the calendar.
* The value of an order follows Gamma-Gamma, independent of the customer's order rate [3]_.
* An order contains products by the taste of the customer's type, pairs of products that are bought
  together (`AFFINITIES`), and whole quantities of at least 1 that add up to the order's value.

An order's merchandise therefore meets its Gamma-Gamma value only as closely as whole units allow:
within half the price of its cheapest product, or above it if one unit of one product already costs
more.

The output also contains what real files contain besides orders: returns, guests, postage,
discounts, manual and bank charges, test items, stock write-offs, gifts, repeated lines, broken
lines. All of it is invented; no line describes a person.

References
----------
.. [1] Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
   Pareto/NBD Model, Marketing Science 24(2), assumptions i-v.
.. [2] Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for
   customer base analysis, International Journal of Research in Marketing 24(3).
.. [3] Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value.
"""

import argparse
import contextlib
import gzip
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from customer_value.simulated_contacts import simulate_contacts

# One paragraph per category: its products with their prices, the most popular first.
_CATALOGUE = """
kitchen: ENAMEL MUG BLUE 2.95; OAK CHOPPING BOARD 10.95; STRIPED TEA TOWEL 3.75;
    MIXING BOWL SMALL 4.25; MIXING BOWL LARGE 7.95; WOODEN SPOON TRIO 2.50;
    GLASS STORAGE JAR 3.45; EGG TIMER COPPER 4.95; PIE DISH SPECKLED 8.50;
    OVEN GLOVE QUILTED 6.50; SALT PIG STONEWARE 7.25; SPICE RACK SLIM 14.50
baking: CAKE CASES PACK OF 60 0.55; COOKIE CUTTER STAR 0.85; LOAF TIN LINED 3.95;
    ICING NOZZLE SET 3.25; CAKE STAND WHITE 12.75; ROLLING PIN BEECH 5.75; PIPING BAG COTTON 2.10;
    SPRINKLES JAR 1.65; RECIPE TIN FLORAL 7.95; BISCUIT TIN ROUND 4.95; SIEVE FINE MESH 4.50;
    DOUGH SCRAPER 2.25
tea and coffee: TEAPOT FOR TWO 11.50; TEA COSY KNITTED 6.25; COFFEE SCOOP BRASS 3.45;
    ESPRESSO CUP PLAIN 2.65; CAFÉ BOWL "PETIT DÉJEUNER" 4.75; MILK JUG 3.95; SUGAR TIN RED 3.25;
    TEA STRAINER MESH 1.95; COASTERS, CORK, SET OF 4 2.95; GLÜHWEIN GLASS 3.65;
    FILTER HOLDER CERAMIC 8.95; TRAY BIRCH 13.25
garden: SEED TIN 6.50; PLANT LABELS SLATE 2.45; GARDEN TWINE 6" SPOOL 3.25;
    WATERING CAN SMALL 9.95; TROWEL ASH HANDLE 5.50; BIRD FEEDER SEED 6.95;
    TERRACOTTA POT MINI 0.85; TERRACOTTA POT TALL 3.75; KNEELER PAD 7.95;
    GLOVES COTTON DOTTED 4.25; LANTERN STAKE 5.75; NEST BOX CEDAR 13.95
candles: TEALIGHT PLAIN PACK OF 10 1.25; TEALIGHT HOLDER GLASS 1.45; PILLAR CANDLE IVORY 3.95;
    CANDLESTICK PEWTER 8.50; WICK TRIMMER 6.25; SCENTED CANDLE FIG 9.95;
    SCENTED CANDLE CEDAR 9.95; MATCHES LONG 2.25; TAPER CANDLE GREEN 1.65; TAPER CANDLE RED 1.65;
    LANTERN TIN SMALL 6.95; LANTERN TIN LARGE 12.95
stationery: NOTEBOOK DOTTED 3.95; PENCIL SET SIX 2.10; WRAPPING PAPER STARS 1.25;
    RIBBON REEL RED 1.65; GIFT TAGS PACK OF 20 1.45; WASHI TAPE LEAF 1.85; CARD BLANK CREAM 0.85;
    ENVELOPES KRAFT 2.25; INK STAMP ALPHABET 7.95; DESK CALENDAR 6.50; PAPER CLIPS BRASS 2.45;
    WAX SEAL KIT 11.95
craft: KNITTING WOOL GREY 3.45; KNITTING WOOL MUSTARD 3.45; NEEDLES BAMBOO 4.25;
    SEWING BOX WICKER 14.95; BUTTON JAR MIXED 3.95; FELT SHEETS PASTEL 2.75; EMBROIDERY HOOP 2.25;
    THREAD SET RAINBOW 4.95; PIN CUSHION 3.25; FABRIC BUNDLE GINGHAM 9.50; SCISSORS SMALL 5.75;
    GLUE STICK CLEAR 0.95
toys: SPINNING TOP TIN 2.45; SKIPPING ROPE 2.95; WOODEN TRAIN 11.95; TRAIN TRACK CURVED 4.50;
    FINGER PUPPET FOX 1.65; JIGSAW FARM 6.25; CHALK SET GIANT 3.25; KITE DIAMOND 8.95;
    MARBLES BAG 1.95; DOMINOES BOXED 4.95; BUBBLE WAND 0.75; RAG RABBIT 12.50
home: CUSHION COVER LINEN 9.95; PHOTO FRAME OAK 7.95; WALL HOOK IRON 3.25; DOOR STOP CANVAS 8.50;
    CLOCK MANTEL 16.95; BASKET SEAGRASS 11.50; VASE BUD GLASS 3.75; THROW HERRINGBONE 15.95;
    MIRROR ROUND SMALL 13.50; BUNTING COTTON 4.95; HANGER PADDED 2.25; DRAWER KNOB CERAMIC 1.85
bath: SOAP BAR OATMEAL 2.95; SOAP DISH ENAMEL 4.45; FLANNEL WAFFLE 2.65; BATH SALTS JAR 6.95;
    HAND CREAM ROSE 5.25; LOOFAH 3.45; NAIL BRUSH BEECH 3.75; TOOTHBRUSH MUG 4.95;
    WASH BAG STRIPED 10.75; LIP BALM TIN 2.25; LAVENDER SACHET 1.55; BATH MAT COTTON 12.95
"""


def _catalogue() -> dict[str, list[tuple[str, int]]]:
    """Parse the name and the price in pence of each product, by category."""
    categories = {}
    for paragraph in re.split(r"\n(?! )", _CATALOGUE.strip()):
        category, products = paragraph.split(": ")
        categories[category] = [
            (" ".join(words), round(float(price) * 100))
            for *words, price in (product.split() for product in products.split(";"))
        ]
    return categories


CATALOGUE = _catalogue()

# By type: its share of the customers, and the weight of each preferred category (others have 1).
# A type affects the products only: rates, values and countries do not depend on it.
CUSTOMER_TYPES: dict[str, tuple[float, dict[str, float]]] = {
    "cook": (0.30, {"kitchen": 6, "baking": 5, "tea and coffee": 3}),
    "homemaker": (0.25, {"home": 6, "candles": 4, "bath": 4}),
    "gift giver": (0.20, {"stationery": 5, "candles": 3, "tea and coffee": 3, "toys": 2}),
    "gardener": (0.15, {"garden": 9, "home": 2}),
    "parent": (0.10, {"toys": 7, "craft": 5, "stationery": 2}),
}

COUNTRIES: dict[str, float] = {
    "United Kingdom": 0.88,
    "Germany": 0.035,
    "France": 0.03,
    "EIRE": 0.025,
    "Netherlands": 0.015,
    "Belgium": 0.01,
    "Switzerland": 0.005,
}
HOME_COUNTRY = 0

_NAMES = [name for products in CATALOGUE.values() for name, _ in products]
_PENCE = np.array([pence for products in CATALOGUE.values() for _, pence in products])
_CATEGORY = np.repeat(np.arange(len(CATALOGUE)), [len(row) for row in CATALOGUE.values()])
_RANK = np.concatenate([np.arange(len(row)) for row in CATALOGUE.values()])
# Five digits, every ninth code with a letter, because stock codes are not numbers.
_CODES = [f"{20011 + 37 * i}{'ABC'[i // 9 % 3] if i % 9 == 4 else ''}" for i in range(len(_NAMES))]
_CODE = dict(zip(_NAMES, _CODES, strict=True))
_PRODUCTS = len(_NAMES)

# Either product of a pair adds the other to the basket with probability `AFFINITY`, for customers
# of any type. Most pairs cross categories, so that a shared taste alone does not explain them.
AFFINITY = 0.6
AFFINITIES: tuple[tuple[str, str], ...] = tuple(
    (_CODE[first], _CODE[second])
    for first, second in (
        ("TEALIGHT PLAIN PACK OF 10", "TEALIGHT HOLDER GLASS"),
        ("TEAPOT FOR TWO", "TEA COSY KNITTED"),
        ("CAKE CASES PACK OF 60", "RIBBON REEL RED"),
        ("SEED TIN", "PLANT LABELS SLATE"),
        ("NOTEBOOK DOTTED", "COFFEE SCOOP BRASS"),
        ("SOAP BAR OATMEAL", "FLANNEL WAFFLE"),
        ("SKIPPING ROPE", "ENAMEL MUG BLUE"),
        ("WRAPPING PAPER STARS", "VASE BUD GLASS"),
    )
)
_COMPANION = np.full(_PRODUCTS, -1)
for _first, _second in AFFINITIES:
    _COMPANION[_CODES.index(_first)] = _CODES.index(_second)
    _COMPANION[_CODES.index(_second)] = _CODES.index(_first)

NON_MERCHANDISE = {
    "POST": "POSTAGE",
    "M": "Manual",
    "D": "Discount",
    "BANK CHARGES": " Bank Charges",
    "TEST001": "This is a test product.",
}
WRITE_OFF_REASONS = ("damaged", "lost", "thrown away", "wet/rusty", "check", "?", None)

# Lines refer to stock codes (items) and descriptions (texts) by number. Texts are the products'
# names, the same with blanks around them, the other items' names, and the reasons of a write-off.
_ITEM_CODES = [*_CODES, *NON_MERCHANDISE]
_TEXTS = [*_NAMES, *(f" {name}  " for name in _NAMES)]
_TEXTS += [*NON_MERCHANDISE.values(), *WRITE_OFF_REASONS]
_POST, _MANUAL, _DISCOUNT, _BANK, _TEST = range(_PRODUCTS, len(_ITEM_CODES))
_FIRST_REASON = len(_TEXTS) - len(WRITE_OFF_REASONS)

# An order has one line and a negative binomial number of further lines, if its value allows them.
FURTHER_LINES = (2, 0.25)  # successes, probability; mean 6

# Rates of lines other than sales, per order; of padded descriptions, per line.
POSTAGE_HOME, POSTAGE_ABROAD = 0.02, 0.8
MANUAL_RATE, DISCOUNT_RATE, GIFT_RATE, WRITE_OFF_RATE = 0.004, 0.004, 0.006, 0.01
BANK_RATE, TEST_RATE, UNMATCHED_RETURN_RATE = 0.001, 0.0005, 0.002
PADDED_RATE = 0.02

# Share of the returned lines that are returned with the whole order; and, of other returned lines
# with more than one unit, the share that is returned in part.
WHOLE_ORDER_SHARE, PARTIAL_SHARE = 0.25, 0.4
LONGEST_RETURN_DAYS, SHORTEST_RETURN_DAYS = 45, 0.01

OPENS_AT, OPEN_MINUTES = 8 * 60, 10 * 60  # minutes after midnight, minutes
MIN_DROPOUT = 1e-12  # a Beta draw with small a underflows to 0, for which a geometric is undefined
FIRST_INVOICE, FIRST_CUSTOMER = 500_001, 12_346
_CONTACTS_STREAM = 1

COLUMNS = [
    *("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price"),
    *("Customer ID", "Country"),
]

# A column and the text that replaces its value; null is an empty field.
BREAKAGES: tuple[tuple[str, str | None], ...] = (
    ("Quantity", "two"),
    ("Quantity", None),
    ("Quantity", "6 pcs"),
    ("Price", "n/a"),
    ("Price", None),
    ("Price", "GBP 2.95"),
    ("Price", "-4.95"),
    ("InvoiceDate", "2023-02-30 10:00:00"),
    ("InvoiceDate", "yesterday"),
    ("InvoiceDate", None),
    ("Invoice", None),
    ("StockCode", None),
)

SUFFIXES = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class Settings:
    """Settings of a simulation; the defaults make the sample. Equal settings give equal bytes.

    Attributes
    ----------
    customer_count : int
        Customers with an id, each with at least one order.
    start_date, end_date : datetime.date
        The first day, and the day after the last.
    r, alpha : float
        Shape and rate (days) of the Gamma distribution of a customer's orders per operational day.
    a, b : float
        Parameters of the Beta distribution of the dropout probability after an order.
    first_order_may_be_last : bool
        Whether dropout is possible after the first order (MBG/NBD), or only after a repeat order
        (BG/NBD).
    p : float
        Shape of the Gamma distribution of an order's value, given its customer.
    q, gamma : float
        Shape and rate (currency) of the Gamma distribution of that distribution's rate. The mean
        order value is p * gamma / (q - 1).
    season : tuple of 12 floats
        Order intensity per month, January first; only their ratios matter.
    return_rate : float
        Share of the sale lines that is returned, wholly or in part. Returns after the end date are
        not in the output.
    guest_share : float
        Share of the sale orders without a customer id; they are in addition to the customers'
        orders.
    duplicate_rate : float
        Share of all lines that is repeated once.
    broken_line_count : int
        Lines with an unreadable or missing value, in the whole output.
    seed : int
        Seed of all random streams, at least 0.
    chunk_size : int
        Customers in memory at once. Each chunk has its own random stream, so that another size
        gives other draws.

    Raises
    ------
    ValueError
        If a setting cannot be simulated; the message names it.

    Examples
    --------
    >>> Settings(customer_count=10).seed
    20230101
    >>> Settings(q=0.5)
    Traceback (most recent call last):
    ...
    ValueError: q must be above 1, or values have no mean, not 0.5
    """

    customer_count: int = 1_500
    start_date: date = date(2023, 1, 1)
    end_date: date = date(2025, 1, 1)
    # The estimates of Fader, Hardie & Lee for CDNOW, with alpha in days instead of weeks.
    r: float = 0.243
    alpha: float = 30.9
    a: float = 0.793
    b: float = 2.426
    first_order_may_be_last: bool = False
    p: float = 6.25
    q: float = 3.75
    gamma: float = 28.0
    season: tuple[float, ...] = (0.8, 0.75, 0.85, 0.85, 0.9, 0.85, 0.8, 0.8, 1.0, 1.15, 1.65, 1.6)
    return_rate: float = 0.03
    guest_share: float = 0.08
    duplicate_rate: float = 0.005
    broken_line_count: int = 12
    seed: int = 20_230_101
    chunk_size: int = 20_000

    def __post_init__(self) -> None:
        for name in ("customer_count", "chunk_size", "broken_line_count", "seed"):
            value, least = getattr(self, name), 0 if name in ("broken_line_count", "seed") else 1
            is_met = isinstance(value, Integral) and value >= least
            _require(name, value, is_met, f"a whole number of at least {least}")
        for name in ("r", "alpha", "a", "b", "p", "gamma"):
            value = getattr(self, name)
            _require(name, value, _is_within(0, value, math.inf), "a number above 0")
        _require("q", self.q, _is_within(1, self.q, math.inf), "above 1, or values have no mean")
        for name in ("return_rate", "guest_share", "duplicate_rate"):
            value = getattr(self, name)
            is_met = value == 0 or _is_within(0, value, 1)
            _require(name, value, is_met, "a share of at least 0 and below 1")
        is_met = len(self.season) == 12 and all(_is_within(0, x, math.inf) for x in self.season)
        _require("season", self.season, is_met, "12 numbers above 0, January first")
        for name in ("start_date", "end_date"):
            value = getattr(self, name)
            _require(name, value, isinstance(value, date), "a date")
        _require("end_date", self.end_date, self.end_date > self.start_date, "after start_date")


def simulate(settings: Settings) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Simulate order lines and the true parameters of their customers, chunk by chunk.

    Parameters
    ----------
    settings : Settings

    Yields
    ------
    lines : pandas.DataFrame
        One row per raw order line, sorted by time within the chunk, with `COLUMNS`. Each column is
        text, as in a CSV file, because of the broken lines. An empty field is null. Invoice numbers
        are unique across chunks; that of a cancellation starts with C.
    truth : pandas.DataFrame
        One row per customer: ``customer_id`` as in the lines; ``customer_type``; ``acquired_at``,
        the time of the first order; ``purchase_rate``, orders per operational day while active;
        ``dropout_probability`` after an order; ``dropped_out_at``, the time of the last order of a
        customer who has dropped out, null for one who is active at the end; ``mean_order_value``,
        p / nu, the mean of the customer's order values (currency, merchandise only);
        ``order_count``, invoices other than cancellations, returned or not.

    Examples
    --------
    >>> lines, truth = next(simulate(Settings(customer_count=3)))
    >>> lines.loc[:1, ["Invoice", "StockCode", "Quantity", "Price", "Customer ID"]]
       Invoice StockCode Quantity Price Customer ID
    0  C500001     21195       -3  2.95     12348.0
    1   500002     20011        1  2.95     12348.0
    >>> truth[["customer_id", "order_count"]]
      customer_id  order_count
    0     12346.0            1
    1     12347.0            1
    2     12348.0            2
    """
    clock = _Clock(settings)
    seeds = np.random.SeedSequence(settings.seed)
    next_invoice = FIRST_INVOICE
    for start in range(0, settings.customer_count, settings.chunk_size):
        count = min(settings.chunk_size, settings.customer_count - start)
        # One stream per step: a change of the returns, for example, does not change the sales.
        streams = map(np.random.default_rng, seeds.spawn(1)[0].spawn(5))
        shoppers = _shoppers(count, settings, next(streams))
        orders, shoppers = _orders(shoppers, clock, settings, next(streams))
        sales = _sale_lines(orders, next(streams))
        other_streams = next(streams)
        lines = pd.concat(
            [
                sales,
                *_returns(sales, orders, count, clock, settings, other_streams),
                *_other_lines(orders, clock, other_streams),
            ],
            ignore_index=True,
        )
        raw, next_invoice = _as_text(lines, clock, next_invoice, start)
        broken_line_count = settings.broken_line_count if start == 0 else 0
        raw = _repeat_and_break(raw, settings.duplicate_rate, broken_line_count, next(streams))
        yield raw, _truth(shoppers.head(count), orders, clock, settings, start)


def contacts_of(lines: pd.DataFrame, settings: Settings, chunk: int = 0) -> pd.DataFrame:
    """Simulate contacts for the customers of a chunk of order lines.

    Parameters
    ----------
    lines : pandas.DataFrame
        Order lines as `simulate` yields them.
    settings : Settings
        The settings that the lines were simulated with.
    chunk : int
        Number of the chunk, from 0. The first one includes the odd rows.

    Returns
    -------
    pandas.DataFrame
        One row per contact; see `simulated_contacts.simulate_contacts`.

    Examples
    --------
    >>> settings = Settings(customer_count=3)
    >>> lines, _ = next(simulate(settings))
    >>> contacts_of(lines, settings).loc[:1, ["Customer ID", "Email", "First Name"]]
      Customer ID               Email         First Name
    0     12346.0  equals@example.com  =HYPERLINK("//x")
    1     12347.0    plus@example.com             +1-800
    """
    customers = lines[["Customer ID", "Country"]].dropna().drop_duplicates("Customer ID")
    customers = customers.sort_values("Customer ID")
    # A stream of its own, so that contacts do not change the lines.
    stream = np.random.default_rng([settings.seed, chunk, _CONTACTS_STREAM])
    return simulate_contacts(customers, stream, with_odd_rows=chunk == 0)


def write(
    settings: Settings,
    lines_path: Path | str,
    truth_path: Path | str | None = None,
    contacts_path: Path | str | None = None,
) -> None:
    """Simulate into files, one chunk in memory at a time, with progress on stderr.

    Parameters
    ----------
    settings : Settings
    lines_path, truth_path, contacts_path : path
        Files to write: .csv, .csv.gz or .parquet. Missing folders are created. Truth and contacts
        are not written if their path is None.

    Raises
    ------
    ValueError
        If a path has another suffix, or two paths are equal. Nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Settings(customer_count=3), f"{folder}/lines.csv", f"{folder}/truth.csv")
    ...     len(pd.read_csv(f"{folder}/truth.csv"))
    3
    """
    with contextlib.ExitStack() as files:
        paths = {
            name: Path(path)
            for name, path in (
                ("lines_path", lines_path),
                ("truth_path", truth_path),
                ("contacts_path", contacts_path),
            )
            if path is not None
        }
        for path in paths.values():
            is_met = path.name.endswith(SUFFIXES)
            _require("path", str(path), is_met, f"a file that ends in one of {', '.join(SUFFIXES)}")
        for place, (name, path) in enumerate(paths.items()):
            is_met = path not in list(paths.values())[:place]
            _require(name, str(path), is_met, "a file of its own")
        appends = {name: files.enter_context(_appending(path)) for name, path in paths.items()}
        customer_count = line_count = 0
        for chunk, (lines, truth) in enumerate(simulate(settings)):
            appends["lines_path"](lines)
            if "truth_path" in appends:
                appends["truth_path"](truth)
            if "contacts_path" in appends:
                appends["contacts_path"](contacts_of(lines, settings, chunk))
            customer_count += len(truth)
            line_count += len(lines)
            if settings.customer_count > settings.chunk_size:
                print(
                    f"{customer_count:,} of {settings.customer_count:,} customers, "
                    f"{line_count:,} lines",
                    file=sys.stderr,
                )


class _Clock:
    """Maps operational days to calendar days and minutes, all counted from the start date."""

    def __init__(self, settings: Settings) -> None:
        self.start = np.datetime64(settings.start_date, "D")
        self.days = (settings.end_date - settings.start_date).days
        dates = self.start + np.arange(self.days)
        months = dates.astype("datetime64[M]").astype(int) % 12
        intensity = np.array(settings.season) / np.mean(settings.season)
        self._elapsed = np.concatenate([[0.0], np.cumsum(intensity[months])])
        self.operational_days = self._elapsed[-1]

    def calendar(self, operational: np.ndarray) -> np.ndarray:
        """Convert operational days into calendar days, both with fractions."""
        day = np.interp(operational, self._elapsed, np.arange(self.days + 1))
        return np.minimum(day, np.nextafter(self.days, 0))

    def timestamps(self, day: np.ndarray) -> np.ndarray:
        """Convert days into ``datetime64[s]``, to the minute, within business hours."""
        whole = np.floor(day)
        minutes = whole * 1440 + OPENS_AT + np.floor((day - whole) * OPEN_MINUTES)
        return self.start.astype("datetime64[m]").astype("datetime64[s]") + (
            minutes.astype("timedelta64[m]")
        )


def _shoppers(count: int, settings: Settings, stream: np.random.Generator) -> pd.DataFrame:
    """Draw the parameters of each shopper, one row each. ``nu`` is the rate of order values."""
    shares = [share for share, _ in CUSTOMER_TYPES.values()]
    return pd.DataFrame(
        {
            "type": stream.choice(len(shares), count, p=shares),
            "country": stream.choice(len(COUNTRIES), count, p=list(COUNTRIES.values())),
            "rate": stream.gamma(settings.r, 1 / settings.alpha, count),
            "dropout": np.maximum(stream.beta(settings.a, settings.b, count), MIN_DROPOUT),
            "nu": stream.gamma(settings.q, 1 / settings.gamma, count),
        }
    )


def _orders(
    shoppers: pd.DataFrame, clock: _Clock, settings: Settings, stream: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw orders, one row each (day, customer or -1, country, type, value), and all shoppers.

    The shoppers are returned with ``has_left`` (whether they dropped out). Guests, who order once,
    follow the customers. Interpurchase times are exponential: given the number of orders of a
    Poisson process in an interval, their times are uniform in it, so that no loop over orders is
    needed. A geometric draw, the dropout, limits the number of orders that the customer makes.
    """
    customer_count = len(shoppers)
    acquired = stream.uniform(0, clock.operational_days, customer_count)
    observed = clock.operational_days - acquired
    possible = stream.poisson(shoppers["rate"] * observed)
    lasting = stream.geometric(shoppers["dropout"]) - int(settings.first_order_may_be_last)
    shoppers["has_left"] = lasting <= possible

    shopper = np.repeat(np.arange(customer_count), possible)
    operational = acquired[shopper] + stream.uniform(0, 1, len(shopper)) * observed[shopper]
    operational = operational[np.lexsort((operational, shopper))]
    is_made = _position(shopper) < lasting[shopper]

    order_count = customer_count + is_made.sum()
    guests = round(order_count * settings.guest_share / (1 - settings.guest_share))
    shoppers = pd.concat([shoppers, _shoppers(guests, settings, stream)], ignore_index=True)

    shopper = np.concatenate(
        [np.arange(customer_count), shopper[is_made], np.arange(customer_count, len(shoppers))]
    )
    visits = stream.uniform(0, clock.operational_days, guests)
    chosen = shoppers.iloc[shopper]
    orders = pd.DataFrame(
        {
            "day": clock.calendar(np.concatenate([acquired, operational[is_made], visits])),
            "customer": np.where(shopper < customer_count, shopper, -1),
            "country": chosen["country"].to_numpy(),
            "type": chosen["type"].to_numpy(),
            "value": stream.gamma(settings.p, 1 / chosen["nu"].to_numpy()),
        }
    )
    return orders, shoppers


def _sale_lines(orders: pd.DataFrame, stream: np.random.Generator) -> pd.DataFrame:
    """Make the lines of merchandise, one row each, with each product at most once per order."""
    order, item = _baskets(orders["type"].to_numpy(), stream)
    pence = _PENCE[item]
    budget = np.rint(orders["value"].to_numpy() * 100).astype(np.int64)

    spent = _running_sum(pence, order)
    is_kept = (spent <= budget[order]) | (_position(order) == 0)
    order, item, pence = order[is_kept], item[is_kept], pence[is_kept]

    quantity = _quantities(order, pence, budget, stream)
    is_padded = stream.random(len(item)) < PADDED_RATE
    return _on_invoices_of(
        orders, order, item=item, text=item + _PRODUCTS * is_padded, quantity=quantity, pence=pence
    )


def _baskets(types: np.ndarray, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw order and product of each line; the other product of a pair follows the first one."""
    line_counts = 1 + stream.negative_binomial(*FURTHER_LINES, len(types))
    order = np.repeat(np.arange(len(types)), line_counts)
    # One search serves all types: the cumulative probabilities of type t are in [t, t + 1].
    item = np.searchsorted(_taste_edges(), types[order] + stream.random(len(order)), side="right")
    item -= types[order] * _PRODUCTS

    has_companion = (_COMPANION[item] >= 0) & (stream.random(len(item)) < AFFINITY)
    place = np.concatenate([np.arange(len(item)), np.flatnonzero(has_companion) + 0.5])
    in_basket_order = np.argsort(place, kind="stable")
    order = np.concatenate([order, order[has_companion]])[in_basket_order]
    item = np.concatenate([item, _COMPANION[item[has_companion]]])[in_basket_order]

    is_first = ~pd.Series(order * _PRODUCTS + item).duplicated().to_numpy()
    return order[is_first], item[is_first]


def _taste_edges() -> np.ndarray:
    """Compute the cumulative probabilities of the products per type, those of t in [t, t + 1]."""
    edges = []
    for offset, (_, liking) in enumerate(CUSTOMER_TYPES.values()):
        weights = np.array([liking.get(category, 1.0) for category in CATALOGUE])
        popularity = weights[_CATEGORY] / (1 + _RANK) ** 0.7
        cumulative = np.cumsum(popularity) / popularity.sum()
        cumulative[-1] = 1.0
        edges.append(offset + cumulative)
    return np.concatenate(edges)


def _quantities(
    order: np.ndarray, pence: np.ndarray, budget: np.ndarray, stream: np.random.Generator
) -> np.ndarray:
    """Draw whole quantities that spend each order's budget, the rest on its cheapest line."""
    weight = stream.exponential(1, len(order))
    weight /= np.bincount(order, weight)[order]
    left = np.maximum(budget - _sums(pence, order), 0)
    quantity = 1 + np.floor(left[order] * weight / pence).astype(np.int64)

    left = np.maximum(budget - _sums(quantity * pence, order), 0)
    cheapest = np.lexsort((pence, order))[_position(order) == 0]
    quantity[cheapest] += np.rint(left / pence[cheapest]).astype(np.int64)
    return quantity


def _returns(
    sales: pd.DataFrame,
    orders: pd.DataFrame,
    customer_count: int,
    clock: _Clock,
    settings: Settings,
    stream: np.random.Generator,
) -> list[pd.DataFrame]:
    """Make the returned lines, one return invoice per order, and returns without a sale."""
    if settings.return_rate == 0:
        return []
    whole_rate = settings.return_rate * WHOLE_ORDER_SHARE
    line_rate = (settings.return_rate - whole_rate) / (1 - whole_rate)
    is_whole = (stream.random(len(orders)) < whole_rate)[sales["invoice"]]
    is_partial = ~is_whole & (sales["quantity"] > 1) & (stream.random(len(sales)) < PARTIAL_SHARE)
    # Most returns happen within days, some within the hour, the last after six weeks.
    lag = LONGEST_RETURN_DAYS * stream.random(len(orders)) ** 3
    day = sales["day"] + np.maximum(lag, SHORTEST_RETURN_DAYS)[sales["invoice"]]
    part = stream.integers(1, np.maximum(sales["quantity"], 2))
    back = sales.assign(
        invoice=sales["invoice"] + len(orders),
        is_cancellation=True,
        day=day,
        quantity=-np.where(is_partial, part, sales["quantity"]),
    )
    is_back = is_whole | (stream.random(len(sales)) < line_rate)

    # Returns of sales from before the data begin: dated before the customer's first order in it.
    count = _at_least_one(UNMATCHED_RETURN_RATE, orders)
    first_orders = orders.iloc[stream.choice(customer_count, count)]
    item = stream.integers(0, _PRODUCTS, count)
    unmatched = _own_invoices(
        2 * len(orders) + np.arange(count),
        np.minimum(first_orders["day"].to_numpy(), LONGEST_RETURN_DAYS) * stream.random(count),
        is_cancellation=True,
        customer=first_orders["customer"].to_numpy(),
        country=first_orders["country"].to_numpy(),
        item=item,
        text=item,
        pence=_PENCE[item],
        quantity=-stream.integers(1, 7, count),
    )
    return [back[is_back & (day < clock.days)], unmatched]


def _other_lines(
    orders: pd.DataFrame, clock: _Clock, stream: np.random.Generator
) -> list[pd.DataFrame]:
    """Make the lines that are neither sales of merchandise nor their returns."""
    count = len(orders)
    is_home = orders["country"] == HOME_COUNTRY
    posted = np.flatnonzero(stream.random(count) < np.where(is_home, POSTAGE_HOME, POSTAGE_ABROAD))
    manual, given, discounted = (
        stream.choice(count, min(_at_least_one(rate, orders), count), replace=False)
        for rate in (MANUAL_RATE, GIFT_RATE, DISCOUNT_RATE)
    )
    gift = stream.integers(0, _PRODUCTS, len(given))
    # Five per cent off, rounded to five pence, on the day of the order.
    discount = 5 * np.maximum(np.rint(orders["value"].to_numpy()[discounted]).astype(int), 1)

    written_off, banked, tested = (
        _at_least_one(rate, orders) for rate in (WRITE_OFF_RATE, BANK_RATE, TEST_RATE)
    )
    own_count = written_off + banked + tested
    reason = _FIRST_REASON + stream.integers(0, len(WRITE_OFF_REASONS), written_off)
    fee = np.repeat([_BANK, _TEST], [banked, tested])
    # Their keys follow those of orders, returns, unmatched returns and discounts.
    own_invoices = _own_invoices(
        4 * count + np.arange(own_count),
        stream.uniform(0, clock.days, own_count),
        is_cancellation=False,
        customer=-1,
        country=HOME_COUNTRY,
        item=np.concatenate([stream.integers(0, _PRODUCTS, written_off), fee]),
        text=np.concatenate([reason, fee + _PRODUCTS]),
        quantity=np.concatenate([-stream.integers(1, 60, written_off), np.ones(len(fee), int)]),
        pence=np.repeat([0, 1500, 450], [written_off, banked, tested]),
    )
    postage_units = stream.integers(1, 4, len(posted))
    manual_pence = 25 * stream.integers(2, 120, len(manual))
    discounts = _on_invoices_of(
        orders, discounted, **_item(_DISCOUNT), quantity=-1, pence=discount
    ).assign(is_cancellation=True)
    discounts["invoice"] += 3 * count
    return [
        _on_invoices_of(orders, posted, **_item(_POST), quantity=postage_units, pence=495),
        _on_invoices_of(orders, manual, **_item(_MANUAL), quantity=1, pence=manual_pence),
        _on_invoices_of(orders, given, item=gift, text=gift, quantity=1, pence=0),
        discounts,
        own_invoices,
    ]


def _item(item: int) -> dict[str, int]:
    """Give the columns of an item that is not merchandise."""
    return {"item": item, "text": item + _PRODUCTS}


def _at_least_one(rate: float, orders: pd.DataFrame) -> int:
    """Multiply by the number of orders, rounded up, so that each oddity occurs at least once."""
    return math.ceil(rate * len(orders))


def _own_invoices(invoice: np.ndarray, day: np.ndarray, **columns) -> pd.DataFrame:
    """Make one line per invoice; ``invoice`` is a key within the chunk, not the final number."""
    return pd.DataFrame({"invoice": invoice, "day": day, **columns})


def _on_invoices_of(orders: pd.DataFrame, order: np.ndarray, **columns) -> pd.DataFrame:
    """Make lines on the invoices of orders; ``order`` holds a row number of ``orders`` per line."""
    return _own_invoices(
        order,
        orders["day"].to_numpy()[order],
        is_cancellation=False,
        customer=orders["customer"].to_numpy()[order],
        country=orders["country"].to_numpy()[order],
        **columns,
    )


def _as_text(
    lines: pd.DataFrame, clock: _Clock, next_invoice: int, first_customer: int
) -> tuple[pd.DataFrame, int]:
    """Convert lines into the text of the file, by time; also return the next invoice number."""
    invoice, keys = pd.factorize(lines["invoice"])
    day = np.empty(len(keys))
    day[invoice] = lines["day"]
    number = np.empty(len(keys), dtype=np.int64)
    number[np.argsort(day, kind="stable")] = np.arange(next_invoice, next_invoice + len(keys))
    in_file_order = np.argsort(number[invoice], kind="stable")
    lines = lines.iloc[in_file_order]
    invoice = invoice[in_file_order]

    prefix = np.empty(len(keys), dtype="U1")
    prefix[invoice] = np.where(lines["is_cancellation"], "C", "")
    ordered_at = np.char.replace(np.datetime_as_string(clock.timestamps(day), unit="s"), "T", " ")
    raw = pd.DataFrame(
        {
            "Invoice": _take(np.char.add(prefix, number.astype(str)), invoice),
            "StockCode": _take(_ITEM_CODES, lines["item"]),
            "Description": _take(_TEXTS, lines["text"]),
            "Quantity": _spelt(lines["quantity"], str),
            "InvoiceDate": _take(ordered_at, invoice),
            "Price": _spelt(lines["pence"], lambda pence: f"{pence / 100:.2f}"),
            "Customer ID": _spelt(
                lines["customer"],
                lambda customer: None if customer < 0 else _customer_id(first_customer + customer),
            ),
            "Country": _take(list(COUNTRIES), lines["country"]),
        }
    )
    return raw, next_invoice + len(keys)


def _customer_id(customer: int) -> str:
    """Spell an id as spreadsheets export it from a column that also has empty cells."""
    return f"{FIRST_CUSTOMER + customer}.0"


def _spelt(values: pd.Series, spell: Callable[[int], str | None]) -> pd.Series:
    """Convert numbers into text; each distinct number is converted only once."""
    codes, distinct = pd.factorize(values)
    return _take([spell(value) for value in distinct], codes)


def _take(texts: list[str | None] | np.ndarray, codes: np.ndarray) -> pd.Series:
    """Select texts by code, as an Arrow array, which holds a million texts in one memory block."""
    array = pa.array(texts, pa.large_string()).take(pa.array(np.asarray(codes)))
    return pd.Series(array, dtype=pd.ArrowDtype(pa.large_string()))


def _repeat_and_break(
    raw: pd.DataFrame,
    duplicate_rate: float,
    broken_line_count: int,
    stream: np.random.Generator,
) -> pd.DataFrame:
    """Repeat some lines, and add broken copies of others, so that no order loses a line."""
    repeated = np.flatnonzero(stream.random(len(raw)) < duplicate_rate)
    is_customers_sale = ~raw["Invoice"].str.startswith("C") & raw["Customer ID"].notna()
    broken = stream.choice(np.flatnonzero(is_customers_sale), broken_line_count)
    copied = np.concatenate([np.arange(len(raw)), repeated, broken])
    beside_the_original = np.argsort(copied, kind="stable")
    first_broken = len(raw) + len(repeated)

    raw = raw.iloc[copied[beside_the_original]].reset_index(drop=True)
    for row in np.flatnonzero(beside_the_original >= first_broken):
        column, text = BREAKAGES[(beside_the_original[row] - first_broken) % len(BREAKAGES)]
        raw.loc[row, column] = text
    return raw


def _truth(
    customers: pd.DataFrame, orders: pd.DataFrame, clock: _Clock, settings: Settings, start: int
) -> pd.DataFrame:
    """Make the table of true parameters, one row per customer of the chunk; see `simulate`."""
    by_customer = orders.loc[orders["customer"] >= 0].groupby("customer")["day"]
    ended_at = pd.Series(clock.timestamps(by_customer.max().to_numpy()))
    return pd.DataFrame(
        {
            "customer_id": [_customer_id(start + row) for row in range(len(customers))],
            "customer_type": _take(list(CUSTOMER_TYPES), customers["type"]),
            "acquired_at": clock.timestamps(by_customer.min().to_numpy()),
            "purchase_rate": customers["rate"],
            "dropout_probability": customers["dropout"],
            "dropped_out_at": ended_at.where(customers["has_left"].astype(bool)),
            "mean_order_value": settings.p / customers["nu"],
            "order_count": by_customer.size(),
        }
    )


def _position(group: np.ndarray) -> np.ndarray:
    """Compute each element's position in its group, from 0; groups must be contiguous."""
    index = np.arange(len(group))
    is_start = np.concatenate([[True], group[1:] != group[:-1]])[: len(group)]
    return index - np.maximum.accumulate(np.where(is_start, index, 0))


def _running_sum(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Compute running sums per group, including each element; groups must be contiguous."""
    total = np.cumsum(values)
    first = np.arange(len(group)) - _position(group)
    return total - total[first] + values[first]


def _sums(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Sum whole numbers by group; exact below 2 ** 53."""
    return np.bincount(group, values).astype(np.int64)


@contextlib.contextmanager
def _appending(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Open a new file, and yield a function that appends a frame in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as files:
        if path.suffix == ".parquet":
            writer: pq.ParquetWriter | None = None

            def append(frame: pd.DataFrame) -> None:
                nonlocal writer
                table = pa.Table.from_pandas(frame, preserve_index=False)
                if writer is None:
                    writer = files.enter_context(pq.ParquetWriter(path, table.schema))
                writer.write_table(table.cast(writer.schema))
        else:
            file = files.enter_context(path.open("wb"))
            if path.suffix == ".gz":
                # The gzip header has no name and no time, so that equal settings give equal bytes.
                file = files.enter_context(gzip.GzipFile("", "wb", 6, file, mtime=0))
            is_first = True

            def append(frame: pd.DataFrame) -> None:
                nonlocal is_first
                frame.to_csv(
                    file,
                    index=False,
                    header=is_first,
                    lineterminator="\n",
                    encoding="utf-8",
                    date_format="%Y-%m-%d %H:%M:%S",
                )
                is_first = False

        yield append


def _is_within(lower: float, value: object, upper: float) -> bool:
    """Return whether a value is a number strictly between two bounds; NaN is not."""
    return isinstance(value, Real) and lower < value < upper


def _require(name: str, value: object, is_met: bool, wanted: str) -> None:
    """Raise a ``ValueError`` that names the value, unless the condition is met."""
    if not is_met:
        raise ValueError(f"{name} must be {wanted}, not {value!r}")


def _date(text: str) -> date:
    """Parse a date of the command line; argparse shows the message of the error."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2023-01-31") from None


def _parser() -> argparse.ArgumentParser:
    """Build the parser of the command line; its defaults are those of `Settings`."""
    default = {field.name: field.default for field in fields(Settings)}
    parser = argparse.ArgumentParser(
        prog="python -m customer_value.simulation",
        description="Simulate a retailer's order lines, with the truth about each customer.",
        epilog="Equal options give equal bytes. Without options but --output: the sample.",
    )
    suffixes = ", ".join(SUFFIXES)
    parser.add_argument("--output", required=True, help=f"file for the order lines ({suffixes})")
    parser.add_argument("--truth", help=f"file for one row per customer ({suffixes}); default none")
    parser.add_argument("--contacts", help=f"file for invented contacts ({suffixes}); default none")
    for name, setting, parse, metavar, help_text in (
        ("--customers", "customer_count", int, "N", "customers with an id"),
        ("--seed", "seed", int, "N", "of all random streams"),
        ("--start", "start_date", _date, "YYYY-MM-DD", "first day"),
        ("--end", "end_date", _date, "YYYY-MM-DD", "day after the last"),
    ):
        parser.add_argument(
            name,
            dest=setting,
            type=parse,
            metavar=metavar,
            default=default[setting],
            help=f"{help_text} (default: %(default)s)",
        )
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Run the command line: ``python -m customer_value.simulation --help``.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Raises
    ------
    SystemExit
        If an argument is wrong, with status 2 and a message on stderr.
    """
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    files = [options.pop(name) for name in ("output", "truth", "contacts")]
    try:
        write(Settings(**options), *files)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
