-- Grain: one row per as-of date (each month's end, and now), score (r_score, f_score, m_score) and
-- value (1 to 5).
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
),

as_of_dates as (
    select distinct as_of_date from customer_segment_history
),

customer_scores as (
    select
        as_of_date,
        'r_score' as score,
        r_score as score_value,
        cast(recency_days as decimal(18, 4)) as metric_value
    from customer_segment_history
    union all
    select
        as_of_date,
        'f_score' as score,
        f_score as score_value,
        cast(order_count as decimal(18, 4)) as metric_value
    from customer_segment_history
    union all
    select
        as_of_date,
        'm_score' as score,
        m_score as score_value,
        net_revenue as metric_value
    from customer_segment_history
),

score_values as (
    select
        as_of_dates.as_of_date,
        scores.score,
        numbers.number + 1 as score_value
    from as_of_dates
    cross join (values ('r_score'), ('f_score'), ('m_score')) as scores (score)
    cross join {{ numbers(5) }}
),

counted as (
    select
        score_values.as_of_date,
        score_values.score,
        score_values.score_value,
        count(customer_scores.score) as customer_count,
        min(customer_scores.metric_value) as lowest_value,
        max(customer_scores.metric_value) as highest_value
    from score_values
    left join customer_scores
        on
            score_values.as_of_date = customer_scores.as_of_date
            and score_values.score = customer_scores.score
            and score_values.score_value = customer_scores.score_value
    group by 1, 2, 3
),

shares as (
    select
        as_of_date,
        score,
        cast(score_value as integer) as score_value,

        cast(customer_count as integer) as customer_count,
        {{ share_of('customer_count', 'as_of_date, score') }} as customer_share,
        lowest_value,
        highest_value
    from counted
)

select * from shares
