-- Grain: one row per as-of date and metric (recency_days, order_count, net_revenue). The var
-- rfm_edges selects the edges: each date's own quantiles (quantile), the quantiles of one date for
-- all dates (frozen), or the edges in the seed rfm_edges (seed).
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

{% if choice('rfm_edges', ['quantile', 'frozen', 'seed']) == 'seed' -%}
edges as (
    select
        as_of_dates.as_of_date,
        rfm_edges.metric,
        rfm_edges.edge_1,
        rfm_edges.edge_2,
        rfm_edges.edge_3,
        rfm_edges.edge_4
    from as_of_dates
    cross join {{ ref('rfm_edges') }} as rfm_edges
)
{%- else -%}
buyers as (
    select * from {{ ref('int_customers__rfm') }}
    where order_day_count > 0
),

-- Recency is negated, so that for each metric a higher value is better.
customer_values as (
    select
        as_of_date,
        'recency_days' as metric,
        cast(-recency_days as decimal(18, 4)) as metric_value
    from buyers
    union all
    select
        as_of_date,
        'order_count' as metric,
        cast(order_count as decimal(18, 4)) as metric_value
    from buyers
    union all
    select
        as_of_date,
        'net_revenue' as metric,
        net_revenue as metric_value
    from buyers
),

value_counts as (
    select
        as_of_date,
        metric,
        metric_value,
        count(*) as customer_count
    from customer_values
    group by 1, 2, 3
),

cumulated as (
    select
        value_counts.*,
        sum(customer_count) over (
            partition by as_of_date, metric
            order by metric_value nulls last
            rows between unbounded preceding and current row
        ) as cumulative_count,
        sum(customer_count) over (partition by as_of_date, metric) as total_count
    from value_counts
),

-- Edge k is the smallest value that at least k fifths of the customers do not exceed. Comparing
-- whole numbers finds it without rounding.
quantiles as (
    select
        as_of_date,
        metric,
        min(case when 5 * cumulative_count >= 1 * total_count then metric_value end) as edge_1,
        min(case when 5 * cumulative_count >= 2 * total_count then metric_value end) as edge_2,
        min(case when 5 * cumulative_count >= 3 * total_count then metric_value end) as edge_3,
        min(case when 5 * cumulative_count >= 4 * total_count then metric_value end) as edge_4
    from cumulated
    group by 1, 2
),

signed as (
    select
        as_of_date,
        metric,
        case when metric = 'recency_days' then -edge_1 else edge_1 end as edge_1,
        case when metric = 'recency_days' then -edge_2 else edge_2 end as edge_2,
        case when metric = 'recency_days' then -edge_3 else edge_3 end as edge_3,
        case when metric = 'recency_days' then -edge_4 else edge_4 end as edge_4
    from quantiles
),
{% if var('rfm_edges') == 'frozen' %}
edges as (
    select
        as_of_dates.as_of_date,
        signed.metric,
        signed.edge_1,
        signed.edge_2,
        signed.edge_3,
        signed.edge_4
    from as_of_dates
    cross join signed
    where signed.as_of_date = {{ date_var('rfm_edges_date') }}
)
{%- else %}
edges as (
    select signed.*
    from signed
    inner join as_of_dates
        on signed.as_of_date = as_of_dates.as_of_date
)
{%- endif %}
{%- endif %}

select * from edges
