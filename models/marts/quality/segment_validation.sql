-- Grain: one row per cut-off, horizon, grouping and outcome.
with fit_segment_validation as (
    select * from {{ ref('fit_segment_validation') }}
),

validation as (
    select
        cast(cutoff_date as date) as cutoff_date,
        cast(horizon_days as integer) as horizon_days,
        grouping_name,
        outcome,
        test,
        cast(group_count as integer) as group_count,
        cast(customer_count as integer) as customer_count,
        statistic,
        cast(degrees_of_freedom as integer) as degrees_of_freedom,
        p_value,
        effect,
        effect_size,
        case
            when effect_size is null then 'not tested: ' || reason
            when p_value >= 0.01e0 then 'not distinguishable from chance'
            -- Cohen's (1988) conventions for V, and for a share of explained variance, which
            -- epsilon squared is.
            when effect_size < case when test = 'chi_square' then 0.1e0 else 0.01e0 end
                then 'negligible'
            when effect_size < case when test = 'chi_square' then 0.3e0 else 0.06e0 end then 'small'
            when effect_size < case when test = 'chi_square' then 0.5e0 else 0.14e0 end
                then 'medium'
            else 'large'
        end as verdict
    from fit_segment_validation
)

select * from validation
