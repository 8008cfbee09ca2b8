-- Grain: one row per as-of date and customer with an order day before it: the features that models
-- are fitted on. Dates that are scored in full have every customer, other dates a hash-based sample
-- of at most about 50,000. Only what was known before the as-of date counts.
with purchases as (
    select purchase_summary.*
    from {{ ref('int_customers__purchase_summary') }} as purchase_summary
    inner join {{ ref('int_as_of_dates') }} as as_of_dates
        on purchase_summary.as_of_date = as_of_dates.as_of_date
    where
        as_of_dates.is_scored_in_full
        or purchase_summary.is_in_backtest
),

rfm as (
    select * from {{ ref('int_customers__rfm') }}
),

order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

line_days as (
    select * from {{ ref('int_customers__line_days') }}
),

-- The same model at all dates, not the selected one: the selection uses what happened afterwards.
purchase_models as (
    select * from {{ ref('int_clv_candidates') }}
    where model = 'bg_nbd'
),

known_order_days as (
    select
        purchases.as_of_date,
        purchases.customer_id,
        order_days.order_date,
        order_days.net_revenue,
        {{ dbt.datediff('order_days.order_date', 'purchases.as_of_date', 'day') }}
            as days_before,
        purchases.repeat_count
    from purchases
    inner join order_days
        on
            purchases.customer_id = order_days.customer_id
            and purchases.as_of_date > order_days.valid_from_date
            and purchases.as_of_date <= order_days.valid_to_date
),

numbered_order_days as (
    select
        known_order_days.*,
        row_number() over order_history as order_number,
        (lag(days_before) over order_history) - days_before as interpurchase_days
    from known_order_days
    window order_history as (partition by as_of_date, customer_id order by order_date nulls last)
),

order_day_sums as (
    select
        as_of_date,
        customer_id,
        sum(net_revenue) as order_day_revenue,
        sum(interpurchase_days * interpurchase_days) as squared_interpurchase_days,
        -- The slope's numerator: each value times twice its number's distance from the middle.
        sum(net_revenue * (2 * order_number - repeat_count - 2)) as value_by_place,
        sum(case when days_before <= 90 then 1 else 0 end) as order_days_90d,
        sum(case when days_before between 91 and 180 then 1 else 0 end) as order_days_previous_90d,
        sum(case when days_before <= 90 then net_revenue else 0 end) as net_revenue_90d,
        sum(case when days_before between 91 and 180 then net_revenue else 0 end)
            as net_revenue_previous_90d,
        -- Order days of earlier years in the 60 days that begin with the as-of date's day.
        sum(case when (days_before - 1) % 365 >= 305 then 1 else 0 end) as coming_season_order_days
    from numbered_order_days
    group by 1, 2
),

line_sums as (
    select
        purchases.as_of_date,
        purchases.customer_id,
        max_by(
            line_days.country,
            case
                when line_days.country is not null
                    then line_days.line_date
            end
        ) as country,
        sum(line_days.sold_revenue) as sold_revenue,
        sum(line_days.returned_revenue) as returned_revenue,
        sum(line_days.sold_quantity) as sold_quantity,
        sum(line_days.new_product_count) as distinct_product_count,
        sum(line_days.new_category_count) as distinct_category_count,
        sum(line_days.placed_order_count) as placed_order_count,
        sum(line_days.weekend_order_count) as weekend_order_count,
        sum(line_days.evening_order_count) as evening_order_count
    from purchases
    inner join line_days
        on
            purchases.customer_id = line_days.customer_id
            and purchases.as_of_date > line_days.line_date
    group by 1, 2
),

country_sizes as (
    select
        as_of_date,
        country,
        count(*) as customer_count
    from line_sums
    where country is not null
    group by 1, 2
),

home_countries as (
    select
        as_of_date,
        country,
        row_number() over (
            partition by as_of_date
            order by customer_count desc nulls last, country asc nulls last
        ) as place
    from country_sizes
),

joined as (
    select
        purchases.as_of_date,
        purchases.customer_id,

        line_sums.country,
        home_countries.country as home_country,

        rfm.recency_days,
        purchases.age_days + 1 as tenure_days,
        rfm.order_count,
        rfm.order_day_count,
        rfm.net_revenue,
        rfm.average_order_value,
        cast(purchases.repeat_count as double) as repeat_count,
        cast(purchases.last_order_age_days as double) as last_order_age,
        cast(purchases.age_days as double) as age,
        cast(purchases.repeat_revenue as double) as repeat_revenue,

        cast(order_day_sums.order_day_revenue as double) as order_day_revenue,
        cast(order_day_sums.squared_interpurchase_days as double) as squared_interpurchase_days,
        cast(order_day_sums.value_by_place as double) as value_by_place,
        order_day_sums.order_days_90d,
        order_day_sums.order_days_previous_90d,
        order_day_sums.net_revenue_90d,
        order_day_sums.net_revenue_previous_90d,
        order_day_sums.coming_season_order_days,

        cast(line_sums.sold_revenue as double) as sold_revenue,
        cast(line_sums.returned_revenue as double) as returned_revenue,
        line_sums.sold_quantity,
        line_sums.distinct_product_count,
        line_sums.distinct_category_count,
        cast(line_sums.placed_order_count as double) as placed_order_count,
        cast(line_sums.weekend_order_count as double) as weekend_order_count,
        cast(line_sums.evening_order_count as double) as evening_order_count,

        purchases.is_in_backtest,
        purchases.is_in_training
    from purchases
    inner join rfm
        on
            purchases.as_of_date = rfm.as_of_date
            and purchases.customer_id = rfm.customer_id
    inner join order_day_sums
        on
            purchases.as_of_date = order_day_sums.as_of_date
            and purchases.customer_id = order_day_sums.customer_id
    inner join line_sums
        on
            purchases.as_of_date = line_sums.as_of_date
            and purchases.customer_id = line_sums.customer_id
    left join home_countries
        on
            purchases.as_of_date = home_countries.as_of_date
            and home_countries.place = 1
),

with_gaps as (
    select
        joined.*,
        last_order_age / nullif(repeat_count, 0e0) as mean_interpurchase_days,
        case
            when repeat_count > 1e0
                then sqrt(greatest(
                    (
                        squared_interpurchase_days
                        - power(last_order_age, 2) / nullif(repeat_count, 0e0)
                    ) / nullif(repeat_count - 1e0, 0e0), 0e0
                ))
        end as interpurchase_deviation_days,
        6e0 * value_by_place
        / nullif(repeat_count * (repeat_count + 2e0) * order_day_revenue, 0e0) as order_value_trend
    from joined
),

modelled as (
    select
        with_gaps.*,
        case
            when purchase_models.r is not null
                then {{ alive_probability(
                    'purchase_models', 'with_gaps.repeat_count', 'with_gaps.repeat_count',
                    'with_gaps.age', 'with_gaps.last_order_age'
                ) }}
        end as alive_probability,
        (purchase_models.r + with_gaps.repeat_count)
        * power(purchase_models.alpha + with_gaps.age, -1) as order_rate_if_alive,
        purchase_models.p * (purchase_models.gamma + with_gaps.repeat_revenue) / nullif(
            purchase_models.p * with_gaps.repeat_count + purchase_models.q - 1e0, 0e0
        ) as expected_order_value
    from with_gaps
    left join purchase_models
        on with_gaps.as_of_date = purchase_models.as_of_date
),

features as (
    select
        as_of_date,
        customer_id,

        country,

        recency_days,
        cast(tenure_days as integer) as tenure_days,
        order_count,
        order_day_count,
        net_revenue,
        average_order_value,
        order_value_trend,
        mean_interpurchase_days,
        interpurchase_deviation_days,
        cast(recency_days as double) / nullif(mean_interpurchase_days, 0e0) as silence_ratio,
        -- A customer is overdue after the mean interpurchase time plus its standard deviation. For
        -- a single interpurchase time the deviation is null and counts 0.
        cast(ceil(
            mean_interpurchase_days + coalesce(interpurchase_deviation_days, 0e0) - 1e-9
        ) as integer) - recency_days as days_until_overdue,

        cast(order_days_90d as integer) as order_days_90d,
        cast(order_days_previous_90d as integer) as order_days_previous_90d,
        cast(net_revenue_90d as decimal(18, 4)) as net_revenue_90d,
        cast(net_revenue_previous_90d as decimal(18, 4)) as net_revenue_previous_90d,
        cast(coming_season_order_days as integer) as coming_season_order_days,

        cast(placed_order_count as integer) as placed_order_count,
        cast(sold_quantity as decimal(18, 4)) as sold_quantity,
        cast(distinct_product_count as integer) as distinct_product_count,
        cast(distinct_category_count as integer) as distinct_category_count,
        least(returned_revenue / nullif(sold_revenue, 0e0), 1e0) as return_share,
        weekend_order_count / nullif(placed_order_count, 0e0) as weekend_order_share,
        evening_order_count / nullif(placed_order_count, 0e0) as evening_order_share,

        alive_probability,
        365e0 * alive_probability * order_rate_if_alive as expected_orders_per_year,
        expected_order_value,

        coalesce(country <> home_country, false) as is_abroad,
        is_in_backtest,
        is_in_training
    from modelled
)

select * from features
