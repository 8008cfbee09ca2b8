-- Grain: one row per customer and line crossed since the trigger window began.
--
-- An id hashes the start of a crossing, such as the last order before a silence, and not the dates
-- of the window. So overlapping windows give the same crossing the same id.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

audience_customers as (
    select * from {{ ref('int_audience_customers') }}
),

segments as (
    select * from {{ ref('segments') }}
),

trigger_dates as (
    select
        max(case when is_trigger_start then as_of_date end) as previous_as_of_date,
        max(case when is_current then as_of_date end) as as_of_date
    from as_of_dates
),

-- Customers without an order day, because all orders were returned, cross no line.
compared as (
    select
        newest.*,
        trigger_dates.previous_as_of_date,
        previous.customer_id is not null as was_customer,
        previous.recency_days as previous_recency_days,
        previous.days_until_overdue as previous_days_until_overdue,
        previous.purchase_model_churn_risk as previous_churn_risk,
        previous.segment as previous_segment,
        -- Where the input has no amounts, the frequency score replaces the monetary score, as in
        -- the segment rules.
        newest.r_score + newest.f_score + coalesce(newest.m_score, newest.f_score) as score_sum,
        previous.r_score + previous.f_score + coalesce(previous.m_score, previous.f_score)
            as previous_score_sum,
        newest.last_order_date >= trigger_dates.previous_as_of_date as has_ordered_since,
        cast(newest.last_order_date as {{ dbt.type_string() }}) as last_order
    from trigger_dates
    inner join audience_customers as newest
        on trigger_dates.as_of_date = newest.as_of_date
    left join audience_customers as previous
        on
            trigger_dates.previous_as_of_date = previous.as_of_date
            and newest.customer_id = previous.customer_id
            and previous.order_day_count > 0
    where
        trigger_dates.previous_as_of_date is not null
        and newest.order_day_count > 0
),

-- An order within the window ended the earlier silence, so the customer crosses the line again.
silent as (
    select
        compared.*,
        'silent_' || silences.silence_days || '_days' as trigger_name,
        compared.last_order as anchor,
        'No order for ' || silences.silence_days || ' days, since '
        || compared.last_order as reason,
        cast({{ dbt.dateadd('day', 'silences.silence_days', 'compared.last_order_date') }} as date)
            as reached_date
    from compared
    cross join (
        values ({{ whole_number_var('trigger_silence_days', is_list=true) | join('), (') }})
    ) as silences (silence_days)
    where
        compared.recency_days >= silences.silence_days
        and (
            coalesce(compared.previous_recency_days, 0) < silences.silence_days
            or compared.has_ordered_since
        )
),

overdue as (
    select
        compared.*,
        'overdue' as trigger_name,
        last_order as anchor,
        'Orders every ' || cast(round(mean_interpurchase_days) as integer) || ' days, silent for '
        || recency_days as reason,
        cast(
            {{ dbt.dateadd('day', 'compared.days_until_overdue + 1', 'compared.as_of_date') }}
            as date
        ) as reached_date
    from compared
    where
        days_until_overdue < 0
        and (coalesce(previous_days_until_overdue, 0) >= 0 or has_ordered_since)
),

-- Segments are not ordered by value, but scores are. So a customer falls where the segment changes
-- and the sum of the scores decreases.
fallen as (
    select
        compared.*,
        'segment_fell' as trigger_name,
        compared.segment || ' ' || compared.last_order as anchor,
        'Fell from ' || previous_segments.label || ' to ' || segments.label as reason,
        cast(null as date) as reached_date
    from compared
    inner join segments
        on compared.segment = segments.segment
    inner join segments as previous_segments
        on compared.previous_segment = previous_segments.segment
    where
        compared.segment <> compared.previous_segment
        and compared.score_sum < compared.previous_score_sum
),

-- A customer has one first order, so its id has no start: even if the order is returned later and
-- another one becomes the first, the id is the same.
first_orders as (
    select
        compared.*,
        'first_order' as trigger_name,
        '' as anchor,
        'First order on ' || cast(first_order_date as {{ dbt.type_string() }}) as reason,
        first_order_date as reached_date
    from compared
    where
        not was_customer
        and first_order_date >= previous_as_of_date
),

-- Both risks come from the same model. A new customer had no risk at the start of the window, and
-- so crosses no line.
at_risk as (
    select
        compared.*,
        'churn_risk' as trigger_name,
        last_order as anchor,
        'Churn risk rose from ' || cast(round(100e0 * previous_churn_risk) as integer) || ' to '
        || cast(round(100e0 * purchase_model_churn_risk) as integer) || ' %' as reason,
        cast(null as date) as reached_date
    from compared
    where
        purchase_model_churn_risk
        > {{ number_var('trigger_churn_risk', lowest=0, highest=1) }} + 1e-9
        and previous_churn_risk
        <= {{ number_var('trigger_churn_risk', lowest=0, highest=1) }} + 1e-9
),

-- The last two anniversaries of each customer, as the window may begin in the year before. Adding
-- years to 29 February gives 28 February in a year without a 29th.
numbered_years as (
    select
        compared.*,
        cast(
            extract(year from compared.as_of_date)
            - extract(year from compared.first_order_date) - earlier.number
            as integer
        ) as year_count
    from compared
    cross join {{ numbers(2, 'earlier') }}
),

dated_years as (
    select
        numbered_years.*,
        'anniversary' as trigger_name,
        cast(year_count as {{ dbt.type_string() }}) as anchor,
        year_count || case when year_count = 1 then ' year' else ' years' end
        || ' since the first order' as reason,
        cast({{ dbt.dateadd('year', 'year_count', 'first_order_date') }} as date) as reached_date
    from numbered_years
    where year_count > 0
),

anniversaries as (
    select * from dated_years
    where
        reached_date > previous_as_of_date
        and reached_date <= as_of_date
),

crossings as (
    {%- for crossing in [
        'silent', 'overdue', 'fallen', 'first_orders', 'at_risk', 'anniversaries'
    ] %}
    select
        customer_id,
        trigger_name,
        anchor,
        reason,
        case
            when reached_date > previous_as_of_date or trigger_name = 'first_order'
                then reached_date
        end as crossed_date,
        segment,
        previous_segment,
        value_tier,
        clv,
        expected_revenue,
        purchase_model_churn_risk,
        previous_as_of_date,
        as_of_date
    from {{ crossing }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

campaign_triggers as (
    select
        md5(customer_id || '|' || trigger_name || '|' || anchor) as trigger_id,
        customer_id,
        trigger_name,

        reason,
        segment,
        previous_segment,
        value_tier,

        clv,
        expected_revenue,
        purchase_model_churn_risk,

        crossed_date,
        previous_as_of_date,
        as_of_date
    from crossings
)

select * from campaign_triggers
