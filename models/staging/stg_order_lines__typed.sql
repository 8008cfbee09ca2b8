-- Grain: one row per line of the input, with its values, typed, and the first fault among them.
{%- set texts = ['order_id', 'product_id', 'product_name', 'product_category', 'country'] %}
{%- set numbers = ['quantity', 'unit_price', 'line_amount'] %}
{%- set separator = decimal_separator() %}
{%- set flags = ['order_id', 'quantity', 'unit_price', 'line_amount'] %}
{#- What a line says beside its own value, mostly of its whole order. #}
{%- set amounts = [
    'line_discount', 'line_refunded_amount', 'tax_amount',
    'order_discount', 'order_subtotal', 'order_tax', 'refunded_amount'
] %}
{%- set statements = ['refunded_at', 'order_status', 'cancelled_at', 'currency'] %}
{#- A CSV file with quotes is read by one thread (macros/xdb/file_relation.sql). Its lines are kept
    until all are read, so that typing and writing them, which takes longer, has all threads. #}
{%- set is_read_by_one_thread = false in order_lines_layout().files
    | selectattr('parallel', 'defined') | map(attribute='parallel') %}
with lines_as_text as{{ ' ' ~ materialized() if is_read_by_one_thread }} (
    select * from {{ ref('base_order_lines') }}
),

trimmed as (
    select
        {%- for column in flags %}
        has_{{ column }},
        {%- endfor %}
        {%- for column in texts + numbers + amounts + statements
            + ['customer_id', 'ordered_at', 'ordered_time'] %}
        {{ trim_blanks('raw_' ~ column) }} as {{ column }},
        {%- endfor %}
        coalesce(raw_{{ (amounts + statements) | join(', raw_') }}) is not null as is_said,
        line_hash,
        source_file,
        left_out
    from lines_as_text
),

cleaned as (
    select
        {%- for column in flags %}
        has_{{ column }},
        {%- endfor %}
        {%- for column in texts %}
        {{ text_or_null(column) }} as {{ column }},
        {%- endfor %}
        {{ clean_customer_id('customer_id') }} as customer_id,
        {%- for column in numbers + amounts %}
        {{ number_or_null(column) }} as {{ column }},
        {%- endfor %}
        {%- for column in statements + ['ordered_at', 'ordered_time'] %}
        {{ value_or_null(column) }} as {{ column }},
        {%- endfor %}
        is_said,
        line_hash,
        source_file,
        left_out
    from trimmed
),

joined as (
    select
        {%- for column in flags %}
        has_{{ column }},
        {%- endfor %}
        {%- for column in numbers + amounts %}
        {{ column }},
        {{ number_core(column, is_amount=column != 'quantity') }} as {{ column }}_core,
        {%- endfor %}
        {%- for column in statements %}
        {{ column }},
        {%- endfor %}
        is_said,
        line_hash,
        source_file,
        left_out,
        {{ unwrapped_id('order_id') }} as order_id,
        {{ unwrapped_id('product_id') }} as product_id,
        product_name,
        product_category,
        country,
        {{ customer_id_or_null('customer_id') }} as customer_id,
        coalesce({{ is_damaged_id('customer_id') }}, false) as has_damaged_customer_id,
        -- With a column each for day and time, a spreadsheet may write both into each of them.
        case
            when ordered_time is null then ordered_at
            when ordered_time like '0.%' then ordered_at || substr(ordered_time, 2)
            when ordered_at like '% 00:00:00' or ordered_at like '% 0:00'
                then split_part(ordered_at, ' ', 1) || ' ' || ordered_time
            else ordered_at || ' ' || ordered_time
        end as ordered_at
    from cleaned
),

number_texts as (
    select
        joined.*,
        {%- for column in numbers + amounts %}
        {{ number_text(column, column ~ '_core', separator) }} as {{ column }}_text,
        {%- endfor %}
        {{ parse_timestamp('refunded_at', with_offset=true) }} as refunded_at_utc,
        {{ parse_timestamp('refunded_at', with_offset=false) }} as refunded_at_clock,
        {{ parse_timestamp('ordered_at', with_offset=true) }} as ordered_at_utc,
        {{ parse_timestamp('ordered_at', with_offset=false) }} as ordered_at_clock
    from joined
),

-- Without a column of quantities, the quantity is the amount and the price is 1, so that partial
-- refunds can be matched by quantity. Without amounts either, each line is one unit.
made_up as (
    select
        number_texts.*,
        case
            when has_quantity then quantity_text
            when has_line_amount then line_amount_text
            when has_unit_price then unit_price_text
            else '1'
        end as units_text,
        case
            when has_quantity or not (has_unit_price or has_line_amount) then unit_price_text
            else '1'
        end as price_text,
        coalesce(ordered_at_utc, {{ utc_of_shop_time('ordered_at_clock') }}) as ordered_time_utc,
        coalesce(ordered_at_clock, {{ shop_time_of_utc('ordered_at_utc') }}) as ordered_time_local,
        cast(
            coalesce(refunded_at_clock, {{ shop_time_of_utc('refunded_at_utc') }}) as date
        ) as refunded_date
    from number_texts
),

typed as (
    select
        made_up.*,
        try_cast(units_text as decimal(18, 4)) as units,
        try_cast(price_text as decimal(18, 4)) as price,
        {%- for column in amounts %}
        try_cast({{ column }}_text as decimal(18, 4)) as {{ column }}_value,
        {%- endfor %}
        case when has_quantity then try_cast(line_amount_text as decimal(18, 4)) end
            as given_amount,
        {{ exact_amount('units_text', 'price_text') }} as computed_amount
    from made_up
),

-- Some exports give only the quantity its sign.
valued as (
    select
        typed.*,
        case
            when not (has_line_amount and has_quantity) then computed_amount
            when units < 0 and given_amount > 0 then cast(-given_amount as decimal(18, 4))
            else given_amount
        end as value
    from typed
),

lines as (
    select
        line_hash,
        source_file,
        case
            when has_order_id then order_id
            else coalesce(customer_id, 'guest') || ' ' || ordered_at
        end as order_id,
        customer_id,
        product_id,

        product_name,
        product_category,
        country,
        lower(order_status) as order_status,
        upper(currency) as currency,
        left_out,
        case
            when has_order_id and order_id is null then 'missing_order_id'
            when ordered_at is null then 'missing_ordered_at'
            when ordered_time_utc is null then 'unparseable_ordered_at'
            when has_quantity and quantity is null then 'missing_quantity'
            when has_quantity and quantity_text = 'ambiguous' then 'ambiguous_quantity'
            when has_quantity and units is null then 'unparseable_quantity'
            {%- for column in ['line_amount', 'unit_price'] %}
            {%- set is_needed = 'has_line_amount' if column == 'line_amount'
                else 'has_unit_price and not has_line_amount' %}
            when {{ is_needed }} and {{ column }} is null then 'missing_{{ column }}'
            when {{ is_needed }} and {{ column }}_text = 'ambiguous'
                then 'ambiguous_{{ column }}'
            when {{ is_needed }} and {{ column }}_text is null then 'unparseable_{{ column }}'
            {%- endfor %}
            when (has_unit_price or has_line_amount) and value is null then 'amount_out_of_range'
        end as fault,
        -- The text beside the number of an amount, such as a currency symbol.
        case
            when line_amount <> line_amount_core or unit_price <> unit_price_core
                then nullif({{ replace_matches(
                    'coalesce(line_amount, unit_price)',
                    "[-\u2212+()0-9.,' \u00a0\u202f\u2009\u2019]"
                ) }}, '')
        end as amount_sign,

        units as quantity,
        case
            when not (has_line_amount and has_quantity) then price
            else try_cast(
                cast(value as double) / cast(nullif(units, 0) as double) as decimal(18, 4)
            )
        end as unit_price,
        value as line_amount,
        {%- for column in amounts %}
        cast(abs({{ column }}_value) as decimal(18, 4)) as {{ column }},
        {%- endfor %}

        has_order_id,
        has_unit_price or has_line_amount as has_amount,
        has_damaged_customer_id,
        -- Rounding explains up to half a penny of the amount, and half a penny per unit.
        case
            when has_quantity and has_line_amount and has_unit_price
                then coalesce(
                    abs(computed_amount - value)
                    > cast(0.005 as decimal(18, 4)) * cast(abs(units) + 1 as decimal(19, 4)),
                    false
                )
            else false
        end as is_amount_not_price,
        -- In some countries 1.299 means 1299.
        {%- for text in ['units_text', 'coalesce(line_amount_core, unit_price_core)'] %}
        {{ 'or ' if not loop.first }}case
            when {{ text }} like '%.___' then {{ matches(text, '^-?[1-9][0-9]{0,2}[.]') }}
            else false
        end
        {%- endfor %} as has_point_before_three_digits,

        is_said,
        cancelled_at is not null as is_cancelled,
        -- A value that cannot be read is a fault: ignored, a discount would count as revenue.
        coalesce(extract(year from refunded_date) not between 1970 and 2099, false)
        or (refunded_at is not null and refunded_date is null)
        {%- for column in amounts %}
        or ({{ column }} is not null and {{ column }}_value is null)
        {%- endfor %} as has_value_fault,

        ordered_time_utc as ordered_at,
        ordered_time_local as local_ordered_at,
        refunded_date
    from valued
)

select * from lines
