-- Grain: one row per cut-off, horizon, model and metric of value tiers.
with backtest_tiers as (
    select * from {{ ref('int_backtest__tiers') }}
),

cross_validation as (
    select * from {{ ref('fit_tier_cross_validation') }}
),

counts as (
    select
        cutoff_date,
        horizon_days,
        model,
        is_baseline,
        predicted_tier,
        realised_tier,
        cast(count(*) as double) as customer_count
    from backtest_tiers
    group by 1, 2, 3, 4, 5, 6
),

all_tiers as (
    select
        tiers.value_tier,
        tiers.tier_number
    from (values ('bronze', 0e0), ('silver', 1e0), ('gold', 2e0), ('platinum', 3e0))
        as tiers (value_tier, tier_number)
),

numbered as (
    select
        counts.*,
        power(predicted.tier_number - realised.tier_number, 2) as squared_distance
    from counts
    inner join all_tiers as predicted
        on counts.predicted_tier = predicted.value_tier
    inner join all_tiers as realised
        on counts.realised_tier = realised.value_tier
),

totals as (
    select
        cutoff_date,
        horizon_days,
        model,
        is_baseline,
        sum(customer_count) as customer_count,
        sum(case when predicted_tier = realised_tier then customer_count else 0e0 end)
            as right_count,
        sum(customer_count * squared_distance) as distance_sum
    from numbered
    group by 1, 2, 3, 4
),

-- Per tier that occurs: how many customers are in it, were predicted to be in it, and both.
tier_totals as (
    select
        numbered.cutoff_date,
        numbered.horizon_days,
        numbered.model,
        all_tiers.tier_number,
        sum(
            case numbered.realised_tier
                when all_tiers.value_tier then numbered.customer_count
                else 0e0
            end
        ) as realised_count,
        sum(
            case numbered.predicted_tier
                when all_tiers.value_tier then numbered.customer_count
                else 0e0
            end
        ) as predicted_count,
        sum(
            case numbered.realised_tier
                when numbered.predicted_tier then numbered.customer_count
                else 0e0
            end
        ) as both_count
    from numbered
    inner join all_tiers
        on all_tiers.value_tier in (numbered.realised_tier, numbered.predicted_tier)
    group by 1, 2, 3, 4
),

f1 as (
    select
        cutoff_date,
        horizon_days,
        model,
        {{ sum_exactly('2e0 * both_count / nullif(realised_count + predicted_count, 0e0)') }}
        / cast(nullif(count(*), 0) as double) as macro_f1
    from tier_totals
    group by 1, 2, 3
),

-- The squared distance to expect if predicted and actual tiers were independent.
by_chance as (
    select
        realised.cutoff_date,
        realised.horizon_days,
        realised.model,
        sum(
            realised.realised_count * predicted.predicted_count
            * power(realised.tier_number - predicted.tier_number, 2)
        ) as distance_sum
    from tier_totals as realised
    inner join tier_totals as predicted
        on
            realised.cutoff_date = predicted.cutoff_date
            and realised.horizon_days = predicted.horizon_days
            and realised.model = predicted.model
    group by 1, 2, 3
),

wide as (
    select
        totals.cutoff_date,
        totals.horizon_days,
        totals.model,
        totals.is_baseline,
        totals.customer_count,
        totals.right_count / nullif(totals.customer_count, 0e0) as accuracy,
        f1.macro_f1,
        -- Cohen's (1968) kappa with squared weights: two tiers off counts four times one tier off.
        1e0 - totals.distance_sum * totals.customer_count / nullif(by_chance.distance_sum, 0e0)
            as weighted_kappa
    from totals
    inner join f1
        on
            totals.cutoff_date = f1.cutoff_date
            and totals.horizon_days = f1.horizon_days
            and totals.model = f1.model
    inner join by_chance
        on
            totals.cutoff_date = by_chance.cutoff_date
            and totals.horizon_days = by_chance.horizon_days
            and totals.model = by_chance.model
),

metrics as (
    select
        wide.cutoff_date,
        wide.horizon_days,
        wide.model,
        metric_names.metric,
        wide.is_baseline,
        cast(wide.customer_count as integer) as customer_count,
        case metric_names.metric
            when 'accuracy' then wide.accuracy
            when 'macro_f1' then wide.macro_f1
            else wide.weighted_kappa
        end as value
    from wide
    cross join (values ('accuracy'), ('macro_f1'), ('weighted_kappa')) as metric_names (metric)
),

-- The accuracy inside the training windows, which the classifiers had before the cut-off.
promised as (
    select
        cast(as_of_date as date) as cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        model,
        'cross_validated_accuracy' as metric,
        false as is_baseline,
        cast(customer_count as integer) as customer_count,
        accuracy as value
    from cross_validation
),

all_metrics as (
    select * from metrics
    union all
    select * from promised
)

select * from all_metrics
where value is not null
