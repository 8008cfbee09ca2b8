-- Grain: one row per feature that measures the similarity to the most valuable customers, now.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

centres as (
    select centres.*
    from {{ ref('int_lookalikes__centres') }} as centres
    inner join as_of_dates
        on centres.as_of_date = as_of_dates.as_of_date
    where centres.horizon_days = {{ clv_horizon_days() }}
),

features as (
    select * from {{ ref('int_model_features') }}
),

profile as (
    select
        centres.feature,

        case
            when abs(centres.standardised_difference) < 0.1e0 then 'as everyone'
            when centres.standardised_difference > 0e0 then features.more_of_it
            else features.less_of_it
        end as seeds_in_words,
        cast(row_number() over (
            order by
                abs(centres.standardised_difference) desc nulls last,
                centres.feature asc nulls last
        ) as integer) as importance_rank,

        centres.seed_count,
        -- A feature log_... is ln(1 + x); its means are converted back to days, money or units.
        case
            when features.feature like 'log%' then exp(centres.seed_mean) - 1e0
            else centres.seed_mean
        end as seed_mean,
        case
            when features.feature like 'log%' then exp(centres.feature_mean) - 1e0
            else centres.feature_mean
        end as mean_of_all,
        centres.standardised_difference,
        centres.weight,

        centres.as_of_date
    from centres
    inner join features
        on centres.feature = features.feature
)

select * from profile
