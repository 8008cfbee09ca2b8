-- Grain: one row per product with enough sales to know its usual quantities and prices.
with sales as (
    select
        product_id,
        ln(cast(quantity as double)) as log_quantity,
        -- A price below half a ten-thousandth is rounded to 0, which has no logarithm.
        ln(cast(case when unit_price > 0 then unit_price end as double)) as log_price
    from {{ ref('stg_order_lines') }}
    where line_kind = 'sale'
),

quartiles as (
    select
        product_id,
        percentile_cont(0.25) within group (order by log_quantity) as log_quantity_q1,
        percentile_cont(0.75) within group (order by log_quantity) as log_quantity_q3,
        percentile_cont(0.25) within group (order by log_price) as log_price_q1,
        percentile_cont(0.75) within group (order by log_price) as log_price_q3
    from sales
    where product_id is not null
    group by 1
    having count(*) >= 10
),

-- Tukey's fences on the logarithms. The interquartile range is set to at least 0.25: otherwise each
-- promotion would be flagged for a product that is nearly always sold at one price. With three
-- ranges, this minimum is a factor of two.
ranges as (
    select
        quartiles.*,
        {{ number_var('outlier_iqr_multiple', 0) }}
        * greatest(log_quantity_q3 - log_quantity_q1, 0.25e0) as log_quantity_reach,
        {{ number_var('outlier_iqr_multiple', 0) }}
        * greatest(log_price_q3 - log_price_q1, 0.25e0) as log_price_reach
    from quartiles
),

bounds as (
    select
        product_id,
        exp(log_quantity_q1 - log_quantity_reach) as lowest_quantity,
        exp(log_quantity_q3 + log_quantity_reach) as highest_quantity,
        exp(log_price_q1 - log_price_reach) as lowest_price,
        exp(log_price_q3 + log_price_reach) as highest_price
    from ranges
)

select * from bounds
