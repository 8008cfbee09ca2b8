-- Grain: one row per line of the input that states a status, a currency, or a discount, a refund
-- or tax, of the line or of its order.
{%- set amounts = [
    'line_discount', 'line_refunded_amount', 'tax_amount',
    'order_discount', 'order_subtotal', 'order_tax', 'refunded_amount'
] %}
{%- set separator = decimal_separator() %}
{%- set others = ['refunded_at', 'order_status', 'cancelled_at', 'currency'] %}
with lines_as_text as (
    select
        {%- for column in amounts + others %}
        {{ trim_blanks('raw_' ~ column) }} as {{ column }},
        {%- endfor %}
        order_line_id
    from {{ ref('base_order_lines') }}
    where coalesce(raw_{{ (amounts + others) | join(', raw_') }}) is not null
),

cleaned as (
    select
        {%- for column in amounts %}
        {{ number_or_null(column) }} as {{ column }},
        {%- endfor %}
        {%- for column in others %}
        {{ value_or_null(column) }} as {{ column }},
        {%- endfor %}
        order_line_id
    from lines_as_text
),

cores as (
    select
        cleaned.*,
        {%- for column in amounts %}
        {{ number_core(column, is_amount=true) }} as {{ column }}_core,
        {%- endfor %}
        {{ parse_timestamp('refunded_at', with_offset=true) }} as refunded_at_utc,
        {{ parse_timestamp('refunded_at', with_offset=false) }} as refunded_at_clock
    from cleaned
),

typed as (
    select
        cores.*,
        {%- for column in amounts %}
        try_cast({{ number_text(column, column ~ '_core', separator) }} as decimal(18, 4))
            as {{ column }}_value,
        {%- endfor %}
        cast(
            coalesce(refunded_at_clock, {{ shop_time_of_utc('refunded_at_utc') }}) as date
        ) as refunded_date
    from cores
),

-- A value that cannot be read is a fault: a discount that is ignored would count as revenue.
order_values as (
    select
        order_line_id,

        lower(order_status) as order_status,
        upper(currency) as currency,

        {%- for column in amounts %}
        cast(abs({{ column }}_value) as decimal(18, 4)) as {{ column }},
        {%- endfor %}

        cancelled_at is not null as is_cancelled,
        coalesce(extract(year from refunded_date) not between 1970 and 2099, false)
        or (refunded_at is not null and refunded_date is null)
        {%- for column in amounts %}
        or ({{ column }} is not null and {{ column }}_value is null)
        {%- endfor %} as has_fault,

        refunded_date
    from typed
)

select * from order_values
