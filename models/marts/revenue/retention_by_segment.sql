-- Grain: one row per month's end and segment that had customers then.
-- What followed is counted only where all of it has been observed; the rest is null.
with customer_segment_history as (
    select * from {{ ref('customer_segment_history') }}
    where is_month_end
),

current_dates as (
    select as_of_date from {{ ref('int_as_of_dates') }}
    where is_current
),

int_customers__order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where
        next_known_date is null
        and is_order_day
),

followed as (
    select
        customer_segment_history.as_of_date,
        customer_segment_history.segment,
        customer_segment_history.customer_id,
        min(int_customers__order_days.order_date) as next_order_date,
        {%- for days in [30, 90, 180] %}
        coalesce(sum(
            case
                when int_customers__order_days.order_date < customer_segment_history.as_of_date + interval '{{ days }}' day
                    then int_customers__order_days.net_revenue
            end
        ), 0) as net_revenue_next_{{ days }}d{{ ',' if not loop.last }}
        {%- endfor %}
    from customer_segment_history
    left join int_customers__order_days
        on
            customer_segment_history.customer_id = int_customers__order_days.customer_id
            and int_customers__order_days.order_date >= customer_segment_history.as_of_date
            and int_customers__order_days.order_date < customer_segment_history.as_of_date + interval '180' day
    group by 1, 2, 3
),

sums as (
    select
        as_of_date,
        segment,
        count(*) as customer_count,
        {%- for days in [30, 90, 180] %}
        sum(case when next_order_date < as_of_date + interval '{{ days }}' day then 1 else 0 end) as retained_{{ days }}d_count,
        sum(net_revenue_next_{{ days }}d) as net_revenue_next_{{ days }}d{{ ',' if not loop.last }}
        {%- endfor %}
    from followed
    group by 1, 2
),

retention_by_segment as (
    select
        sums.as_of_date,
        sums.segment,

        cast(sums.customer_count as integer) as customer_count,
        {%- for days in [30, 90, 180] %}
        case
            when sums.as_of_date + interval '{{ days }}' day <= current_dates.as_of_date
                then cast(sums.retained_{{ days }}d_count as double) / sums.customer_count
        end as retention_rate_{{ days }}d,
        case
            when sums.as_of_date + interval '{{ days }}' day <= current_dates.as_of_date
                then cast(sums.net_revenue_next_{{ days }}d as decimal(18, 4))
        end as net_revenue_next_{{ days }}d{{ ',' if not loop.last }}
        {%- endfor %}
    from sums
    cross join current_dates
)

select * from retention_by_segment
