-- Grain: one row per feature by which customers are like the most valuable ones, now.
with int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

int_lookalikes__centres as (
    select int_lookalikes__centres.*
    from {{ ref('int_lookalikes__centres') }} as int_lookalikes__centres
    inner join int_as_of_dates
        on int_lookalikes__centres.as_of_date = int_as_of_dates.as_of_date
    where
        int_lookalikes__centres.horizon_days
        = {{ whole_number_var('clv_horizon_days', lowest=0) }}
),

features as (
    select * from {{ ref('int_model_features') }}
),

profile as (
    select
        int_lookalikes__centres.feature,

        case
            when abs(int_lookalikes__centres.standardised_difference) < 0.1e0 then 'as everyone'
            when int_lookalikes__centres.standardised_difference > 0e0 then features.more_of_it
            else features.less_of_it
        end as seeds_in_words,
        cast(row_number() over (
            order by
                abs(int_lookalikes__centres.standardised_difference) desc nulls last,
                int_lookalikes__centres.feature asc nulls last
        ) as integer) as importance_rank,

        int_lookalikes__centres.seed_count,
        -- Back from logarithms to days, money or units.
        case
            when features.feature like 'log%' then exp(int_lookalikes__centres.seed_mean) - 1e0
            else int_lookalikes__centres.seed_mean
        end as seed_mean,
        case
            when features.feature like 'log%' then exp(int_lookalikes__centres.feature_mean) - 1e0
            else int_lookalikes__centres.feature_mean
        end as mean_of_all,
        int_lookalikes__centres.standardised_difference,
        int_lookalikes__centres.weight,

        int_lookalikes__centres.as_of_date
    from int_lookalikes__centres
    inner join features
        on int_lookalikes__centres.feature = features.feature
)

select * from profile
