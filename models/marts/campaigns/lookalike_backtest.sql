-- Grain: one row per cut-off, horizon and way of selecting among the customers who were not
-- valuable at the cut-off: how many of the selected became valuable within the horizon. Each way
-- selects equally many.
with lookalike_customers as (
    select * from {{ ref('int_lookalikes__customers') }}
    where not is_current
),

distances as (
    select * from {{ ref('int_lookalikes__distances') }}
    where not is_current
),

backtest_customers as (
    select * from {{ ref('int_backtest__customers') }}
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

realised as (
    select
        cutoff_date,
        horizon_days,
        customer_id,
        actual_revenue,
        {{ value_tier('actual_revenue', 'cutoff_date, horizon_days') }} in ('platinum', 'gold')
            as became_valuable
    from backtest_customers
),

candidates as (
    select
        distances.as_of_date as cutoff_date,
        distances.horizon_days,
        distances.customer_id,
        distances.value_tier,
        distances.distance,
        lookalike_customers.customer_value,
        feature_vectors.log_revenue,
        feature_vectors.log_recency,
        realised.actual_revenue,
        case when realised.became_valuable then 1 else 0 end as became_valuable
    from distances
    inner join lookalike_customers
        on
            distances.as_of_date = lookalike_customers.as_of_date
            and distances.horizon_days = lookalike_customers.horizon_days
            and distances.customer_id = lookalike_customers.customer_id
    inner join feature_vectors
        on
            distances.as_of_date = feature_vectors.as_of_date
            and distances.customer_id = feature_vectors.customer_id
    inner join realised
        on
            distances.as_of_date = realised.cutoff_date
            and distances.horizon_days = realised.horizon_days
            and distances.customer_id = realised.customer_id
),

by_tier as (
    select
        cutoff_date,
        horizon_days,
        value_tier,
        cast(sum(became_valuable) as double) / cast(nullif(count(*), 0) as double)
            as valuable_rate
    from candidates
    group by 1, 2, 3
),

scored as (
    {%- for chosen_by, score, is_baseline in [
        ('likeness', '-distance', 'false'),
        ('expected_revenue', 'customer_value', 'true'),
        ('past_revenue', 'log_revenue', 'true'),
        ('recency', '-log_recency', 'true'),
    ] %}
    select
        candidates.*,
        '{{ chosen_by }}' as chosen_by,
        {{ is_baseline }} as is_baseline,
        {{ score }} as score
    from candidates
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

placed as (
    select
        scored.*,
        by_tier.valuable_rate as tier_valuable_rate,
        cast(row_number() over (
            partition by scored.cutoff_date, scored.horizon_days, scored.chosen_by
            order by scored.score desc nulls last, scored.customer_id asc nulls last
        ) as double) <= {{ number_var('lookalike_share', lowest=0, highest=1) }} * cast(
            count(*) over (
                partition by scored.cutoff_date, scored.horizon_days, scored.chosen_by
            ) as double
        ) + 1e-9 as is_chosen
    from scored
    inner join by_tier
        on
            scored.cutoff_date = by_tier.cutoff_date
            and scored.horizon_days = by_tier.horizon_days
            and scored.value_tier = by_tier.value_tier
),

sums as (
    select
        cutoff_date,
        horizon_days,
        chosen_by,
        is_baseline,
        cast(count(*) as integer) as candidate_count,
        cast(sum(case when is_chosen then 1 else 0 end) as integer) as chosen_count,
        cast(sum(case when is_chosen then became_valuable else 0 end) as integer)
            as valuable_count,
        cast(sum(became_valuable) as double) as candidate_valuable_count,
        {{ sum_exactly('case when is_chosen then tier_valuable_rate end') }}
            as expected_valuable_count,
        cast(sum(case when is_chosen then actual_revenue end) as double) as chosen_revenue,
        cast(sum(actual_revenue) as double) as candidate_revenue
    from placed
    group by 1, 2, 3, 4
),

backtest as (
    select
        cutoff_date,
        horizon_days,
        chosen_by,

        candidate_count,
        chosen_count,
        valuable_count,
        cast(valuable_count as double) / cast(nullif(chosen_count, 0) as double) as valuable_rate,
        expected_valuable_count / cast(nullif(chosen_count, 0) as double) as tier_valuable_rate,
        cast(valuable_count as double) / nullif(expected_valuable_count, 0e0) as lift_over_tier,
        candidate_valuable_count / cast(nullif(candidate_count, 0) as double)
            as candidate_valuable_rate,
        chosen_revenue / cast(nullif(chosen_count, 0) as double) as mean_revenue,
        candidate_revenue / cast(nullif(candidate_count, 0) as double) as candidate_mean_revenue,

        is_baseline
    from sums
)

select * from backtest
