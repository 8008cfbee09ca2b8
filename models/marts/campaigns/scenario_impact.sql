-- Grain: one row per scenario of seeds/scenarios.csv: the orders and revenue that it would add to
-- the predicted ones. Every figure is a sum over the customers of the group; the columns'
-- descriptions give the formulas.
with scenarios as (
    select * from {{ ref('scenarios') }}
),

segments as (
    select * from {{ ref('segments') }}
),

cluster_names as (
    select * from {{ ref('cluster_names') }}
),

customers as (
    select * from {{ ref('customers') }}
    where order_day_count > 0
),

customer_clv as (
    select * from {{ ref('int_customers__clv') }}
    where horizon_days = {{ clv_horizon_days() }}
),

levers as (
    select
        cast(known_levers.lever as {{ dbt.type_string() }}) as lever,
        known_levers.highest_amount,
        known_levers.assumption,
        known_levers.formula
    from (
        values
        (
            'retention', 1e0,
            'Each customer''s risk of no order falls by so many points (1 is 100 points), to 0 at '
            || 'most; who is kept orders as the model foresees of this customer where there is an '
            || 'order at all.',
            'least(amount, churn risk) * expected revenue / (1 - churn risk), summed'
        ),
        (
            'reactivation', 1e0,
            'Such a share of those who would not order does; who comes back orders as the model '
            || 'foresees of this customer where there is an order at all.',
            'amount * churn risk * expected revenue / (1 - churn risk), summed'
        ),
        (
            'frequency', 1000e0,
            'Each customer places so many more orders a year, at the usual order value.',
            'amount * horizon days / 365 * expected order value, summed'
        ),
        (
            'order_value', 1000e0,
            'Every order is worth such a share more, and no order is lost by it.',
            'amount * expected revenue, summed'
        )
    ) as known_levers (lever, highest_amount, assumption, formula)
),

known_groups as (
    select
        'segment' as group_type,
        segment as target_group
    from segments
    union all
    select
        'cluster' as group_type,
        cluster as target_group
    from cluster_names
    union all
    select
        fixed_groups.group_type,
        fixed_groups.target_group
    from (
        values
        ('value_tier', 'platinum'),
        ('value_tier', 'gold'),
        ('value_tier', 'silver'),
        ('value_tier', 'bronze'),
        ('value', 'high_value'),
        ('value', 'other'),
        ('everyone', 'everyone')
    ) as fixed_groups (group_type, target_group)
),

problems as (
    select
        scenarios.*,
        levers.assumption,
        levers.formula,
        case
            when levers.lever is null
                then
                    'the lever ''' || coalesce(scenarios.lever, '')
                    || ''' is none of retention, reactivation, frequency, order_value'
            when known_groups.target_group is null
                then
                    'there is no group ''' || coalesce(scenarios.target_group, '')
                    || ''' of the type ''' || coalesce(scenarios.group_type, '')
                    || ''' (a segment, cluster or value_tier by its name; value: high_value or '
                    || 'other; everyone: everyone)'
            when coalesce(scenarios.amount, 0e0) <= 0e0 or scenarios.amount > levers.highest_amount
                then 'the amount must be above 0, and points and shares of customers at most 1'
        end as problem
    from scenarios
    left join levers
        on scenarios.lever = levers.lever
    left join known_groups
        on
            scenarios.group_type = known_groups.group_type
            and scenarios.target_group = known_groups.target_group
),

checked as (
    select
        scenario_id,
        lever,
        group_type,
        target_group,
        amount,
        description,
        assumption,
        formula
    from problems
    where
        case
            when problem is null then true
            else {{ stop_with(
                "'seeds/scenarios.csv, scenario ' || coalesce(scenario_id, '?') || ': ' || problem"
            ) }}
        end
),

-- Predicted orders and revenue of a customer, given that there is at least one order. Null where no
-- order is almost certain: the quotient of two numbers close to 0 is noise.
predicted as (
    select
        customers.customer_id,
        customers.segment,
        customers.cluster,
        customers.value_tier,
        customer_clv.churn_risk,
        customer_clv.expected_orders,
        customer_clv.expected_order_value,
        customer_clv.expected_revenue,
        customer_clv.clv,
        customer_clv.clv / nullif(customer_clv.expected_revenue, 0e0)
            as clv_per_revenue,
        case
            when customer_clv.churn_risk < 1e0 - 1e-6
                then
                    customer_clv.expected_orders
                    / nullif(1e0 - customer_clv.churn_risk, 0e0)
        end as orders_if_some,
        case
            when customer_clv.churn_risk < 1e0 - 1e-6
                then
                    customer_clv.expected_revenue
                    / nullif(1e0 - customer_clv.churn_risk, 0e0)
        end as revenue_if_some,
        coalesce(customers.value_tier in ('platinum', 'gold'), false) as is_high_value,
        customers.as_of_date
    from customers
    left join customer_clv
        on
            customers.customer_id = customer_clv.customer_id
            and customers.as_of_date = customer_clv.as_of_date
),

memberships as (
    {%- for group_type, target_group in [
        ('segment', 'segment'),
        ('cluster', 'cluster'),
        ('value_tier', 'value_tier'),
        ('value', "case when is_high_value then 'high_value' else 'other' end"),
        ('everyone', "'everyone'"),
    ] %}
    select
        predicted.*,
        '{{ group_type }}' as group_type,
        {{ target_group }} as target_group
    from predicted
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- To add a lever, add its formula to each of these columns.
effects as (
    select
        checked.scenario_id,
        memberships.*,
        case checked.lever
            when 'retention' then least(checked.amount, memberships.churn_risk)
            when 'reactivation' then checked.amount * memberships.churn_risk
            when 'frequency' then 1e0
            when 'order_value' then 1e0 - memberships.churn_risk
        end as changed_customers,
        case checked.lever
            when 'retention'
                then least(checked.amount, memberships.churn_risk) * memberships.orders_if_some
            when 'reactivation'
                then checked.amount * memberships.churn_risk * memberships.orders_if_some
            when 'frequency'
                then checked.amount * {{ clv_horizon_days() }}e0 / 365e0
            when 'order_value' then 0e0
        end as extra_orders,
        case checked.lever
            when 'retention'
                then least(checked.amount, memberships.churn_risk) * memberships.revenue_if_some
            when 'reactivation'
                then checked.amount * memberships.churn_risk * memberships.revenue_if_some
            when 'frequency'
                then
                    checked.amount * {{ clv_horizon_days() }}e0 / 365e0
                    * memberships.expected_order_value
            when 'order_value' then checked.amount * memberships.expected_revenue
        end as extra_revenue
    from checked
    inner join memberships
        on
            checked.group_type = memberships.group_type
            and checked.target_group = memberships.target_group
),

sums as (
    select
        scenario_id,
        count(*) as customer_count,
        {{ sum_exactly('churn_risk') }} / cast(nullif(count(churn_risk), 0) as double)
            as mean_churn_risk,
        {{ sum_exactly('expected_orders', places=6) }} as expected_orders,
        {{ sum_exactly('expected_revenue', places=6) }} as expected_revenue,
        {{ sum_exactly('clv', places=6) }} as clv,
        {{ sum_exactly('churn_risk * revenue_if_some', places=6) }} as value_at_risk,
        {{ sum_exactly('changed_customers', places=6) }} as changed_customers,
        {{ sum_exactly('extra_orders', places=6) }} as extra_orders,
        {{ sum_exactly('extra_revenue', places=6) }} as extra_revenue,
        {{ sum_exactly('extra_revenue * clv_per_revenue', places=6) }} as extra_clv
    from effects
    group by 1
),

totals as (
    select
        max(as_of_date) as as_of_date,
        cast(count(*) as double) as customer_count,
        {{ sum_exactly('expected_revenue', places=6) }} as expected_revenue
    from predicted
),

scenario_impact as (
    select
        checked.scenario_id,

        checked.description,
        checked.lever,
        checked.group_type,
        checked.target_group,
        checked.amount,
        checked.assumption,
        checked.formula,

        cast(coalesce(sums.customer_count, 0) as integer) as customer_count,
        cast(coalesce(sums.customer_count, 0) as double) / nullif(totals.customer_count, 0e0)
            as customer_share,
        sums.mean_churn_risk,
        sums.expected_orders,
        sums.expected_revenue,
        sums.clv,
        sums.value_at_risk,

        sums.changed_customers,
        sums.extra_orders,
        sums.extra_revenue,
        sums.extra_revenue / nullif(totals.expected_revenue, 0e0) as extra_revenue_share,
        sums.extra_clv,
        sums.extra_clv / cast(nullif(sums.customer_count, 0) as double)
            as break_even_cost_per_customer,

        cast({{ clv_horizon_days() }} as integer) as horizon_days,
        totals.as_of_date
    from checked
    cross join totals
    left join sums
        on checked.scenario_id = sums.scenario_id
)

select * from scenario_impact
