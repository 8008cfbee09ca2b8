-- Gamma-Gamma assumes that the value of an order is independent of its customer's number of orders.
-- If the two are correlated, clv is too low for some customers and too high for others.
{{ config(severity='warn') }}

with repeat_buyers as (
    select
        purchase_summary.as_of_date,
        corr(
            purchase_summary.mean_repeat_value, cast(purchase_summary.repeat_count as double)
        ) as value_correlation,
        count(*) as customer_count
    from {{ ref('int_customers__purchase_summary') }} as purchase_summary
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on
            purchase_summary.as_of_date = as_of_dates.as_of_date
            and as_of_dates.is_current
    where purchase_summary.mean_repeat_value > 0
    group by 1
)

select * from repeat_buyers
where abs(value_correlation) > 0.15e0
