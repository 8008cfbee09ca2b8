-- Grain: one row per order and customer with an unusually large value, quantity or return.
with orders as (
    select * from {{ ref('orders') }}
),

-- Guests get an empty key, because null does not join.
measured as (
    select
        measures.measure,
        orders.order_id,
        coalesce(orders.customer_id, '') as customer_key,
        case measures.measure
            when 'value' then {{ log_feature('orders.sold_revenue') }}
            when 'quantity' then {{ log_feature('orders.sold_quantity') }}
            else {{ log_feature('-orders.returned_revenue') }}
        end as amount
    from orders
    cross join (values ('value'), ('quantity'), ('return')) as measures (measure)
    where
        case measures.measure
            when 'return' then orders.returned_revenue < 0
            else orders.sold_quantity > 0
        end
),

medians as (
    select
        measure,
        percentile_cont(0.5) within group (order by amount) as median_amount
    from measured
    group by 1
),

-- For a normal distribution, the median absolute deviation times 1.4826 is the standard deviation.
-- It is 0 where more than half of the orders are equal; hence the minimum of 0.25, with which 5
-- deviations are 3.5 times the median amount.
scales as (
    select
        measured.measure,
        greatest(
            1.4826e0 * percentile_cont(0.5) within group (
                order by abs(measured.amount - medians.median_amount)
            ),
            0.25e0
        ) as scale
    from measured
    inner join medians
        on measured.measure = medians.measure
    group by 1
),

{% set limit = number_var('order_anomaly_limit', 0) -%}
-- Only customers with at least five orders besides the one that is tested, and with amounts far
-- enough apart that one of them can exceed the limit. This saves computing medians of the others.
own_ranges as (
    select
        measured.measure,
        measured.customer_key
    from measured
    inner join scales
        on measured.measure = scales.measure
    where
        measured.measure in ('value', 'quantity')
        and measured.customer_key <> ''
    group by 1, 2
    having
        count(*) >= 6
        and max(measured.amount) - min(measured.amount) > {{ limit }} * max(scales.scale) / 2e0
),

own_medians as (
    select
        measured.measure,
        measured.customer_key,
        percentile_cont(0.5) within group (order by measured.amount) as median_amount
    from measured
    inner join own_ranges
        on
            measured.measure = own_ranges.measure
            and measured.customer_key = own_ranges.customer_key
    group by 1, 2
),

-- A customer's few orders may be alike by chance, so the scale is at least half that of all orders.
own_scales as (
    select
        measured.measure,
        measured.customer_key,
        greatest(
            1.4826e0 * percentile_cont(0.5) within group (
                order by abs(measured.amount - own_medians.median_amount)
            ),
            max(scales.scale) / 2e0
        ) as scale
    from measured
    inner join own_medians
        on
            measured.measure = own_medians.measure
            and measured.customer_key = own_medians.customer_key
    inner join scales
        on measured.measure = scales.measure
    group by 1, 2
),

deviations as (
    select
        measured.measure,
        measured.order_id,
        measured.customer_key,
        round(
            (measured.amount - medians.median_amount) / nullif(scales.scale, 0e0), 10
        ) as z_score,
        round(
            (measured.amount - own_medians.median_amount) / nullif(own_scales.scale, 0e0), 10
        ) as own_z_score
    from measured
    inner join medians
        on measured.measure = medians.measure
    inner join scales
        on measured.measure = scales.measure
    left join own_medians
        on
            measured.measure = own_medians.measure
            and measured.customer_key = own_medians.customer_key
    left join own_scales
        on
            measured.measure = own_scales.measure
            and measured.customer_key = own_scales.customer_key
),

-- From here on only the few unusual orders are processed.
unusual_orders as (
    select distinct
        order_id,
        customer_key
    from deviations
    where
        z_score > {{ limit }}
        or own_z_score > {{ limit }}
),

all_of_unusual as (
    select deviations.*
    from deviations
    inner join unusual_orders
        on
            deviations.order_id = unusual_orders.order_id
            and deviations.customer_key = unusual_orders.customer_key
),

side_by_side as (
    select
        order_id,
        customer_key,
        max(case when measure = 'value' then z_score end) as value_z_score,
        max(case when measure = 'value' then own_z_score end) as own_value_z_score,
        max(case when measure = 'quantity' then z_score end) as quantity_z_score,
        max(case when measure = 'quantity' then own_z_score end) as own_quantity_z_score,
        max(case when measure = 'return' then z_score end) as return_z_score
    from all_of_unusual
    group by 1, 2
),

flagged as (
    select
        side_by_side.*,
        coalesce(value_z_score > {{ limit }}, false) as is_large_for_all,
        coalesce(own_value_z_score > {{ limit }}, false) as is_large_for_customer,
        coalesce(quantity_z_score > {{ limit }}, false) as is_bulk_for_all,
        coalesce(own_quantity_z_score > {{ limit }}, false) as is_bulk_for_customer,
        coalesce(return_z_score > {{ limit }}, false) as is_return_anomaly
    from side_by_side
),

order_anomalies as (
    select
        orders.order_id,
        orders.customer_id,

        orders.country,
        -- Each part begins with a comma and a blank; substr() drops those of the first.
        substr(
            case when flagged.is_large_for_all then ', value far above the usual' else '' end
            || case
                when flagged.is_large_for_customer
                    then ', value far above the customer''s own orders'
                else ''
            end
            || case when flagged.is_bulk_for_all then ', units far above the usual' else '' end
            || case
                when flagged.is_bulk_for_customer
                    then ', units far above the customer''s own orders'
                else ''
            end
            || case
                when flagged.is_return_anomaly then ', returns far above the usual' else ''
            end,
            3
        ) as reason,

        orders.sold_quantity,
        orders.sold_revenue,
        orders.returned_revenue,
        orders.net_revenue,
        flagged.value_z_score,
        flagged.own_value_z_score,
        flagged.quantity_z_score,
        flagged.own_quantity_z_score,
        flagged.return_z_score,

        flagged.is_large_for_all or flagged.is_large_for_customer as is_value_anomaly,
        flagged.is_bulk_for_all or flagged.is_bulk_for_customer as is_quantity_anomaly,
        flagged.is_return_anomaly,
        orders.is_fully_returned,

        orders.order_date
    from orders
    inner join flagged
        on
            orders.order_id = flagged.order_id
            and coalesce(orders.customer_id, '') = flagged.customer_key
)

select * from order_anomalies
