-- Grain: one row per customer with a return, as of now.
with orders as (
    select * from {{ ref('orders') }}
    where not is_guest
),

order_lines as (
    select * from {{ ref('order_lines') }}
    where not is_guest
),

return_lines as (
    select
        order_lines.customer_id,
        order_lines.order_id,
        order_lines.is_unmatched_return,
        {{ dbt.datediff('sales.line_date', 'order_lines.line_date', 'day') }} as days_to_return
    from order_lines
    left join order_lines as sales
        on order_lines.returned_order_line_id = sales.order_line_id
    where order_lines.line_kind = 'return'
    union all
    select
        customer_id,
        order_id,
        is_unmatched_return,
        {{ dbt.datediff('line_date', 'refunded_date', 'day') }} as days_to_return
    from order_lines
    where refunded_amount > 0
),

return_sums as (
    select
        customer_id,
        count(distinct order_id) as return_count,
        count(distinct case when is_unmatched_return then order_id end) as unmatched_return_count,
        cast(sum(days_to_return) as double) / cast(nullif(count(days_to_return), 0) as double)
            as mean_days_to_return
    from return_lines
    group by 1
),

order_sums as (
    select
        customer_id,
        sum(case when sold_quantity > 0 then 1 else 0 end) as placed_order_count,
        sum(
            case
                when sold_quantity > 0 and (returned_quantity > 0 or returned_revenue < 0) then 1
                else 0
            end
        ) as returned_order_count,
        sum(case when sold_quantity > 0 and is_fully_returned then 1 else 0 end)
            as fully_returned_order_count,
        sum(sold_revenue) as sold_revenue,
        sum(returned_revenue) as returned_revenue
    from orders
    group by 1
),

-- Returns of sales that are older than the data may be worth more than all known sales, so they are
-- limited to these.
customer_sums as (
    select
        order_sums.*,
        cast(placed_order_count as double) as placed_count,
        cast(returned_order_count as double) as returned_count,
        cast(sold_revenue as double) as sold_amount,
        cast(least(-returned_revenue, sold_revenue) as double) as returned_amount
    from order_sums
),

totals as (
    select
        sum(case when placed_order_count > 0 then 1e0 else 0e0 end) as buyer_count,
        sum(placed_count) as placed_count,
        sum(returned_count) as returned_count,
        sum(power(placed_count, 2)) as squared_placed_count,
        {{ sum_exactly('power(returned_count, 2) / nullif(placed_count, 0e0)') }}
            as squared_returns_per_order,
        {{ sum_exactly('sold_amount', 4) }} as sold_amount,
        {{ sum_exactly('returned_amount', 4) }} as returned_amount
    from customer_sums
),

shares as (
    select
        totals.*,
        returned_count / nullif(placed_count, 0e0) as order_share,
        returned_amount / nullif(sold_amount, 0e0) as revenue_share,
        sold_amount / nullif(placed_count, 0e0) as order_value
    from totals
),

-- How similar the orders of one customer are: the intraclass correlation of a beta-binomial
-- distribution, by the method of moments (Kleinman 1973, with the orders as weights).
likeness as (
    select
        shares.*,
        (
            (squared_returns_per_order - order_share * returned_count)
            / nullif(order_share * (1e0 - order_share), 0e0)
            - (buyer_count - 1e0)
        ) / nullif(
            placed_count - squared_placed_count / nullif(placed_count, 0e0)
            - (buyer_count - 1e0),
            0e0
        ) as order_likeness
    from shares
),

-- The weight of the prior in orders: from 1, where customers differ as much as possible, to 100,
-- where they do not differ or nothing is known.
priors as (
    select
        order_share,
        revenue_share,
        order_value,
        power(least(greatest(coalesce(order_likeness, 0e0), power(101e0, -1)), 0.5e0), -1) - 1e0
            as prior_orders
    from likeness
),

expected as (
    select
        customer_sums.customer_id,
        customer_sums.placed_order_count,
        customer_sums.returned_order_count,
        customer_sums.fully_returned_order_count,
        customer_sums.sold_revenue,
        customer_sums.returned_revenue,
        customer_sums.returned_count / nullif(customer_sums.placed_count, 0e0)
            as returned_order_share,
        customer_sums.returned_amount / nullif(customer_sums.sold_amount, 0e0)
            as returned_revenue_share,
        priors.order_share,
        priors.revenue_share,
        round(
            (customer_sums.returned_count + priors.prior_orders * priors.order_share)
            / nullif(customer_sums.placed_count + priors.prior_orders, 0e0),
            10
        ) as expected_returned_order_share,
        round(
            (
                customer_sums.returned_amount
                + priors.prior_orders * priors.order_value * priors.revenue_share
            ) / nullif(
                customer_sums.sold_amount + priors.prior_orders * priors.order_value, 0e0
            ),
            10
        ) as expected_returned_revenue_share
    from customer_sums
    cross join priors
),

-- Odds ratios, because three times the share is impossible where half of all orders are returned.
compared as (
    select
        expected.*,
        round(
            expected_returned_order_share * (1e0 - order_share)
            / nullif(order_share * (1e0 - expected_returned_order_share), 0e0),
            10
        ) as order_odds_ratio,
        round(
            expected_returned_revenue_share * (1e0 - revenue_share)
            / nullif(revenue_share * (1e0 - expected_returned_revenue_share), 0e0),
            10
        ) as revenue_odds_ratio
    from expected
),

return_profiles as (
    select
        compared.customer_id,

        -- Returning a little of each order costs little, so it alone does not make the risk high.
        case
            when
                compared.revenue_odds_ratio >= 3e0
                or (compared.order_odds_ratio >= 3e0 and compared.revenue_odds_ratio > 1e0)
                then 'high'
            when compared.revenue_odds_ratio >= 2e0 or compared.order_odds_ratio >= 2e0
                then 'elevated'
            else 'normal'
        end as return_risk,

        cast(compared.placed_order_count as integer) as placed_order_count,
        cast(compared.returned_order_count as integer) as returned_order_count,
        cast(compared.fully_returned_order_count as integer) as fully_returned_order_count,
        cast(return_sums.return_count as integer) as return_count,
        cast(return_sums.unmatched_return_count as integer) as unmatched_return_count,
        cast(compared.sold_revenue as decimal(18, 4)) as sold_revenue,
        cast(compared.returned_revenue as decimal(18, 4)) as returned_revenue,
        compared.returned_order_share,
        compared.returned_revenue_share,
        compared.expected_returned_order_share,
        compared.expected_returned_revenue_share,
        return_sums.mean_days_to_return
    from return_sums
    inner join compared
        on return_sums.customer_id = compared.customer_id
)

select * from return_profiles
