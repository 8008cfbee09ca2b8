-- Grain: one row per segment as last built and segment by the rules as they stand in
-- macros/segment_rules.sql now. What a changed rule would move, before it is merged: build, edit
-- the rules, then `dbt show --select rule_impact --limit 200` (CONTRIBUTING.md, "Add a segment
-- rule").
with customers as (
    select
        customer_id,
        as_of_date,
        segment
    from {{ ref('customers') }}
),

rfm_scored as (
    select * from {{ ref('int_customers__rfm_scored') }}
),

resegmented as (
    select
        rfm_scored.as_of_date,
        rfm_scored.customer_id,
        rfm_scored.net_revenue,
        rfm_scored.net_revenue_365d,
        {{ segment_case() }} as segment
    from rfm_scored
),

impact as (
    select
        customers.segment as segment_as_built,
        resegmented.segment as segment_by_these_rules,
        count(*) as customer_count,
        sum(resegmented.net_revenue) as net_revenue,
        sum(resegmented.net_revenue_365d) as net_revenue_365d,
        customers.segment <> resegmented.segment as is_move
    from customers
    inner join resegmented
        on
            customers.as_of_date = resegmented.as_of_date
            and customers.customer_id = resegmented.customer_id
    group by customers.segment, resegmented.segment
)

select * from impact
order by
    is_move desc nulls last,
    net_revenue desc nulls last,
    segment_as_built asc nulls last,
    segment_by_these_rules asc nulls last
