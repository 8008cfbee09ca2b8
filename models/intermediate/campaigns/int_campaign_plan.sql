-- Grain: one row per campaign: the size of its audience, and what these customers are expected to
-- do without the campaign, as known at the launch (or now, for a planned campaign).
with campaigns as (
    select * from {{ ref('int_campaigns') }}
    where is_in_seed
),

campaign_targets as (
    select * from {{ ref('campaign_targets') }}
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

audience_customers as (
    select * from {{ ref('int_audience_customers') }}
),

customer_order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

campaign_costs as (
    select distinct
        campaign_id,
        mean_cost_per_contact as cost_per_contact,
        mean_offer_cost as offer_cost
    from variants
),

audience_dates as (
    select distinct audience_as_of
    from campaigns
),

repeat_buyers as (
    select
        audience_dates.audience_as_of,
        customer_order_days.customer_id,
        count(*) as order_days,
        cast(sum(customer_order_days.net_revenue) as double) as net_revenue,
        {{ sum_exactly(
            'power(cast(customer_order_days.net_revenue as double), 2)', places=4
        ) }} as net_revenue_squares
    from audience_dates
    inner join customer_order_days
        on
            audience_dates.audience_as_of > customer_order_days.valid_from_date
            and audience_dates.audience_as_of <= customer_order_days.valid_to_date
    group by 1, 2
    having count(*) > 1
),

-- How much the order values of a customer vary around their mean: the squared coefficient of
-- variation.
order_variation as (
    select
        audience_as_of,
        {{ sum_exactly(
            'greatest(net_revenue_squares * power(order_days, 2) * power(net_revenue, -2)'
            ~ ' - order_days, 0e0)'
        ) }} / nullif(sum(order_days - 1), 0) as squared_variation
    from repeat_buyers
    group by 1
),

members as (
    select
        campaign_targets.campaign_id,
        campaign_targets.assignment,
        {{ baseline_response(
            'audience_customers.purchase_model_churn_risk', 'campaigns.attribution_days'
        ) }} as order_probability,
        audience_customers.recency_days <= campaigns.attribution_days
            as has_ordered_lately,
        {{ usual_order_value('audience_customers') }} as order_value,
        audience_customers.expected_orders * campaigns.attribution_days
        / nullif({{ clv_horizon_days() }}e0, 0e0) as expected_orders
    from campaign_targets
    inner join campaigns
        on campaign_targets.campaign_id = campaigns.campaign_id
    left join audience_customers
        on
            campaign_targets.customer_id = audience_customers.customer_id
            and campaigns.audience_as_of = audience_customers.as_of_date
),

sums as (
    select
        campaign_id,
        count(*) as audience_count,
        count(assignment) as eligible_count,
        sum(case when assignment = 'treatment' then 1 else 0 end) as treated_count,
        sum(case when assignment = 'control' then 1 else 0 end) as control_count,
        count(case when assignment is not null then order_probability end) as scored_count,
        {{ sum_exactly('case when assignment is not null then order_probability end') }}
            as order_probability,
        sum(case when assignment is not null and has_ordered_lately then 1 else 0 end)
            as lately_ordered_count,
        {{ sum_exactly('case when assignment is not null then order_value end', places=6) }}
            as order_value,
        {{ sum_exactly(
            'case when assignment is not null then power(order_value, 2) end', places=4
        ) }} as order_value_squares,
        {{ sum_exactly(
            'case when assignment is not null then expected_orders * order_value end', places=6
        ) }} as expected_revenue,
        {{ sum_exactly(
            'case when assignment is not null then power(expected_orders * order_value, 2) end',
            places=4
        ) }} as expected_revenue_squares,
        {{ sum_exactly(
            'case when assignment is not null'
            ~ ' then expected_orders * power(order_value, 2) end',
            places=4
        ) }} as expected_order_squares
    from members
    group by 1
),

means as (
    select
        campaign_id,
        order_probability / cast(nullif(scored_count, 0) as double) as order_probability,
        cast(lately_ordered_count as double) / nullif(eligible_count, 0) as lately_ordered_share,
        order_value / cast(nullif(eligible_count, 0) as double) as order_value,
        order_value_squares / cast(nullif(eligible_count, 0) as double) as order_value_squares,
        expected_revenue / cast(nullif(scored_count, 0) as double) as expected_revenue,
        expected_revenue_squares / cast(nullif(scored_count, 0) as double)
            as expected_revenue_squares,
        expected_order_squares / cast(nullif(scored_count, 0) as double) as expected_order_squares
    from sums
),

plans as (
    select
        campaigns.campaign_id,

        cast(coalesce(sums.audience_count, 0) as integer) as audience_count,
        cast(coalesce(sums.audience_count - sums.eligible_count, 0) as integer)
            as suppressed_count,
        cast(coalesce(sums.treated_count, 0) as integer) as treated_count,
        cast(coalesce(sums.control_count, 0) as integer) as control_count,

        case
            when sums.scored_count > 0 then 'purchase_model'
            when sums.eligible_count > 0 then 'recent_orders'
        end as baseline_source,
        round(coalesce(means.order_probability, means.lately_ordered_share), 9)
            as baseline_response,
        campaigns.expected_response,

        campaign_costs.cost_per_contact,
        campaign_costs.offer_cost,
        round(means.order_value, 6) as order_value,
        round(means.order_value * {{ number_var('gross_margin', 0) }}, 6) as order_margin,
        -- The variance of the value of one order is that between customers plus that around each
        -- customer's mean.
        case
            when means.order_value is not null
                then round(sqrt(greatest(
                    means.order_value_squares
                    * (1e0 + coalesce(order_variation.squared_variation, 0e0))
                    - power(means.order_value, 2),
                    0e0
                )), 6)
        end as order_value_deviation,
        -- What a customer spends within the attribution days varies with the number of orders, with
        -- their values, and between customers.
        case
            when means.expected_revenue is not null
                then round(sqrt(greatest(
                    means.expected_order_squares
                    * (1e0 + coalesce(order_variation.squared_variation, 0e0))
                    + means.expected_revenue_squares
                    - power(means.expected_revenue, 2),
                    0e0
                )), 6)
        end as revenue_deviation
    from campaigns
    inner join campaign_costs
        on campaigns.campaign_id = campaign_costs.campaign_id
    left join sums
        on campaigns.campaign_id = sums.campaign_id
    left join means
        on campaigns.campaign_id = means.campaign_id
    left join order_variation
        on campaigns.audience_as_of = order_variation.audience_as_of
)

select * from plans
