-- Grain: one row per sale or return line with a discount, a tax or a refund, stated for the line or
-- for its order: the line's own amounts and its shares of the order's. Those of a return are
-- negative.
with sale_lines as (
    select
        order_line_id,
        order_id,
        buyer_key,
        line_amount,
        coalesce(line_discount, 0) as line_discount,
        coalesce(line_refunded_amount, 0) as line_refunded_amount,
        coalesce(tax_amount, 0) as tax_amount,
        coalesce(order_discount, 0) as order_discount,
        order_subtotal,
        coalesce(order_tax, 0) as order_tax,
        coalesce(refunded_amount, 0) as refunded_amount,
        case
            when
                {{ date_var('as_of_date') }} is null
                or refunded_date is null
                or refunded_date < {{ date_var('as_of_date') }}
                then true
            else false
        end as is_refund_known,
        case when refunded_date > line_date then refunded_date else line_date end as refunded_date
    from {{ ref('stg_order_lines') }}
    where
        line_kind = 'sale'
        and (
            coalesce(line_discount, line_refunded_amount, tax_amount) is not null
            or coalesce(order_discount, order_tax, refunded_amount) is not null
        )
),

-- A discount is capped at the amount that it reduces.
discounted as (
    select
        sale_lines.*,
        least(line_discount, line_amount) as own_discount,
        line_amount - least(line_discount, line_amount) as goods_value,
        sum(line_amount - least(line_discount, line_amount)) over one_order as order_goods_value,
        sum(least(line_discount, line_amount)) over one_order as order_line_discounts,
        sum(line_amount - least(line_discount, line_amount)) over (
            partition by order_id, buyer_key order by order_line_id nulls last
            rows between unbounded preceding and current row
        ) as goods_value_so_far
    from sale_lines
    window one_order as (partition by order_id, buyer_key)
),

-- A discount that did not change the order's subtotal is a discount on shipping.
order_discounted as (
    select
        discounted.*,
        least(
            case
                when order_subtotal = order_goods_value then 0
                {%- if input_setting('order_discount_includes_line_discounts') %}
                else greatest(order_discount - order_line_discounts, 0)
                {%- else %}
                else order_discount
                {%- endif %}
            end,
            order_goods_value
        ) as spread_discount
    from discounted
),

net_of_discounts as (
    select
        order_discounted.*,
        {{ shared_by_value(
            'spread_discount', 'goods_value', 'goods_value_so_far', 'order_goods_value'
        ) }} as discount_share
    from order_discounted
),

net_values as (
    select
        net_of_discounts.*,
        goods_value - discount_share as net_value,
        sum(goods_value - discount_share) over one_order as order_net_value,
        sum(goods_value - discount_share) over (
            partition by order_id, buyer_key order by order_line_id nulls last
            rows between unbounded preceding and current row
        ) as net_value_so_far
    from net_of_discounts
    window one_order as (partition by order_id, buyer_key)
),

net_of_tax as (
    select
        net_values.*,
        least(
            tax_amount + {{ shared_by_value(
                'least(order_tax, order_net_value)', 'net_value', 'net_value_so_far',
                'order_net_value'
            ) }},
            net_value
        ) as tax
    from net_values
),

-- The refunds that lines state come first; the rest of the order's refund is shared.
own_refunds as (
    select
        net_of_tax.*,
        least(line_refunded_amount, net_value - tax) as own_refund,
        net_value - tax - least(line_refunded_amount, net_value - tax) as unrefunded_value
    from net_of_tax
),

refund_bases as (
    select
        own_refunds.*,
        sum(unrefunded_value) over one_order as order_unrefunded_value,
        sum(own_refund) over one_order as order_own_refunds,
        sum(unrefunded_value) over (
            partition by order_id, buyer_key order by order_line_id nulls last
            rows between unbounded preceding and current row
        ) as unrefunded_value_so_far
    from own_refunds
    window one_order as (partition by order_id, buyer_key)
),

-- A return line states the discount and the tax of the sale that it reverses.
return_lines as (
    select
        order_line_id,
        least(coalesce(line_discount, 0), -line_amount) as discount_amount,
        least(
            coalesce(tax_amount, 0), -line_amount - least(coalesce(line_discount, 0), -line_amount)
        ) as tax_amount,
        line_date
    from {{ ref('stg_order_lines') }}
    where
        line_kind = 'return'
        and coalesce(line_discount, tax_amount) is not null
),

refunded as (
    select
        refund_bases.*,
        own_refund + {{ shared_by_value(
            'least(greatest(refunded_amount - order_own_refunds, 0), order_unrefunded_value)',
            'unrefunded_value', 'unrefunded_value_so_far', 'order_unrefunded_value'
        ) }} as refund
    from refund_bases
),

order_money as (
    select
        order_line_id,
        cast(own_discount + discount_share as decimal(18, 4)) as discount_amount,
        cast(tax as decimal(18, 4)) as tax_amount,
        cast(case when is_refund_known then refund else 0 end as decimal(18, 4))
            as refunded_amount,
        refunded_date
    from refunded
    union all
    select
        order_line_id,
        cast(-discount_amount as decimal(18, 4)) as discount_amount,
        cast(-tax_amount as decimal(18, 4)) as tax_amount,
        cast(0 as decimal(18, 4)) as refunded_amount,
        line_date as refunded_date
    from return_lines
)

select * from order_money
