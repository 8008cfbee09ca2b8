"""The mathematics behind the fits: pure functions, no dbt, no database."""
