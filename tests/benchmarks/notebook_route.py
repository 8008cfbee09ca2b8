"""The notebook route: what an analyst computes from order lines with pandas and its neighbours.

RFM scores at 24 month ends, K-Means for 2 to 10 clusters, BG/NBD and Gamma-Gamma (lifetimes), and a
churn model. There is no check of the input, no back-test and no campaign: less work than a build.

Usage: python notebook_route.py LINES. The headers are those of Online Retail II.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

MONTH_ENDS = 24
CHURN_DAYS = 90
SILHOUETTE_ROWS = 2_000


def read(path: Path) -> pd.DataFrame:
    """Sales of known customers, a row per order and day."""
    lines = pd.read_csv(path, dtype={"Invoice": str, "Customer ID": str}, low_memory=False)
    for column in ["Quantity", "Price"]:
        lines[column] = pd.to_numeric(lines[column], errors="coerce")
    lines["InvoiceDate"] = pd.to_datetime(lines["InvoiceDate"], errors="coerce")
    lines = lines.drop_duplicates()
    lines = lines.dropna(subset=["Invoice", "Customer ID", "InvoiceDate"])
    lines = lines[~lines["Invoice"].str.startswith("C")]
    lines = lines[(lines["Quantity"] > 0) & (lines["Price"] > 0)]
    lines["revenue"] = lines["Quantity"] * lines["Price"]
    lines["day"] = lines["InvoiceDate"].dt.normalize()
    return lines.groupby(["Customer ID", "Invoice", "day"], as_index=False)["revenue"].sum()


def rfm(orders: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """Recency, frequency and revenue before a date, each with a score of 1 to 5."""
    known = orders[orders["day"] < date]
    table = known.groupby("Customer ID").agg(
        last=("day", "max"),
        first=("day", "min"),
        frequency=("Invoice", "nunique"),
        revenue=("revenue", "sum"),
    )
    table["recency"] = (date - table["last"]).dt.days
    table["tenure"] = (date - table["first"]).dt.days
    for column, sign in [("recency", -1), ("frequency", 1), ("revenue", 1)]:
        ranks = (sign * table[column]).rank(method="first")
        table[f"{column}_score"] = pd.qcut(ranks, 5, labels=False) + 1
    return table


def churn(orders: pd.DataFrame, now: pd.Timestamp) -> np.ndarray:
    """Probabilities of no order within the next days, learnt from the last ones."""
    columns = ["recency", "frequency", "revenue", "tenure"]
    then = now - pd.Timedelta(days=CHURN_DAYS)
    past, present = rfm(orders, then), rfm(orders, now)
    returned = set(orders.loc[orders["day"] >= then, "Customer ID"])
    scaler = StandardScaler().fit(np.log1p(past[columns]))
    model = LogisticRegression().fit(
        scaler.transform(np.log1p(past[columns])), [name not in returned for name in past.index]
    )
    return model.predict_proba(scaler.transform(np.log1p(present[columns])))[:, 1]


def lifetime_value(orders: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """Expected value of the next year, by BG/NBD and Gamma-Gamma."""
    days = orders.groupby(["Customer ID", "day"], as_index=False)["revenue"].sum()
    groups = days.groupby("Customer ID")
    table = pd.DataFrame(
        {
            "frequency": groups.size() - 1,
            "recency": (groups["day"].max() - groups["day"].min()).dt.days,
            "T": (now - groups["day"].min()).dt.days,
            "value": groups["revenue"].mean(),
        }
    )
    model = BetaGeoFitter(penalizer_coef=0.001).fit(
        table["frequency"], table["recency"], table["T"]
    )
    repeat = table[table["frequency"] > 0]
    value = GammaGammaFitter(penalizer_coef=0.001).fit(repeat["frequency"], repeat["value"])
    orders_ahead = model.predict(365, table["frequency"], table["recency"], table["T"])
    return orders_ahead * value.conditional_expected_average_profit(
        table["frequency"], table["value"]
    )


def main(path: Path) -> None:
    warnings.simplefilter("ignore")
    start = time.perf_counter()

    def tell(step: str) -> None:
        print(f"{time.perf_counter() - start:8.1f} s  {step}")

    orders = read(path)
    now = orders["day"].max() + pd.Timedelta(days=1)
    tell("read")
    months = pd.date_range(end=now, periods=MONTH_ENDS, freq="MS")
    history = {date: rfm(orders, date) for date in months if (orders["day"] < date).sum() > 5}
    table = rfm(orders, now)
    tell(f"RFM at {len(history)} month ends and now")
    points = StandardScaler().fit_transform(np.log1p(table[["recency", "frequency", "revenue"]]))
    for count in range(2, 11):
        labels = KMeans(count, n_init=10, random_state=0).fit_predict(points)
        silhouette_score(points, labels, sample_size=SILHOUETTE_ROWS, random_state=0)
    tell("K-Means for 2 to 10 clusters")
    lifetime_value(orders, now)
    tell("BG/NBD and Gamma-Gamma")
    churn(orders, now)
    tell("churn")
    print(f"{len(table):,} customers")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
