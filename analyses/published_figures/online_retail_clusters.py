"""A published segmentation of Online Retail in four clusters, reproduced, and what is stable of it.

The recipe: lines of a known customer with a quantity above 0; of each customer the days since the
last invoice (to a day after the newest), the invoices, the revenue and the different products, as
ln(1 + x); scikit-learn's RobustScaler; K-Means in four clusters, random_state 42, one start.

One start is luck: ten find a better optimum. The last one is this project's: the best of a hundred
starts, followed until no single customer can move, which a hundred others find as well.

    python analyses/published_figures/online_retail_clusters.py data/online_retail.parquet

The data are Online Retail, UCI Machine Learning Repository, doi 10.24432/C5BW33, CC BY 4.0.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import RobustScaler

sys.path.insert(0, str(Path(__file__).parents[2] / "python_models"))

from customer_value import clusters

# Of the recipe: by revenue a customer, the highest first.
NAMES = ("High-Value Loyal", "Promising", "At-Risk", "Low-Value Inactive")


def customers(order_lines: Path) -> pd.DataFrame:
    """One row per customer: ``recency_days``, ``orders``, ``revenue``, ``products``."""
    return duckdb.sql(f"""
        with lines as (
            select * from '{order_lines}'
            where CustomerID is not null and Quantity > 0
        )

        select
            CustomerID as customer_id,
            -- Whole days of 24 hours, as pandas counts them.
            floor(epoch(
                (select max(InvoiceDate) + interval 1 day from lines) - max(InvoiceDate)
            ) / 86400) as recency_days,
            count(distinct InvoiceNo) as orders,
            sum(cast(Quantity * UnitPrice as decimal(18, 4)))::double as revenue,
            count(distinct StockCode) as products
        from lines
        group by 1
        order by 1
    """).df()


def points(table: pd.DataFrame) -> np.ndarray:
    """The customers as scaled points."""
    logs = np.log1p(table[["recency_days", "orders", "revenue", "products"]])
    return RobustScaler().fit_transform(logs)


def published(scaled: np.ndarray, starts: int = 1) -> tuple[float, np.ndarray]:
    """Inertia and labels by the recipe, of so many starts."""
    found = KMeans(n_clusters=4, random_state=42, n_init=starts).fit(scaled)
    return found.inertia_, found.labels_


def stable(scaled: np.ndarray) -> tuple[float, np.ndarray]:
    """Inertia and labels of the best of many starts."""
    found = clusters.partition(scaled, 4, clusters.FINAL_STARTS)
    return found.inertia, clusters.nearest(scaled, found.centroids)


def shares(table: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Customers, and percent of customers and of revenue, of each named cluster."""
    by_cluster = table.groupby(labels)["revenue"].agg(["size", "sum", "mean"])
    by_cluster = by_cluster.sort_values("mean", ascending=False).set_axis(NAMES)
    return pd.DataFrame(
        {
            "customers": by_cluster["size"],
            "customer_percent": 100 * by_cluster["size"] / by_cluster["size"].sum(),
            "revenue_percent": 100 * by_cluster["sum"] / by_cluster["sum"].sum(),
        }
    )


def figures(order_lines: Path) -> dict[str, tuple[float, pd.DataFrame]]:
    """Inertia and shares: as published, of ten starts, and stable."""
    table = customers(order_lines)
    scaled = points(table)
    found = {
        "published, one start": published(scaled),
        "the same, ten starts": published(scaled, 10),
        "stable": stable(scaled),
    }
    return {name: (inertia, shares(table, labels)) for name, (inertia, labels) in found.items()}


def main() -> None:
    for name, (inertia, table) in figures(Path(sys.argv[1])).items():
        print(f"\n{name}: inertia {inertia:,.1f}")
        print(table.round(1).to_string())


if __name__ == "__main__":
    main()
