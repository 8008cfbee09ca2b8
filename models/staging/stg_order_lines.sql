-- Grain: one row per line of the input, typed, with its line kind or the reason why it is rejected.
with lines_as_text as (
    select * from {{ ref('stg_order_lines__text') }}
),

product_code_rules as (
    select * from {{ ref('product_code_rules') }}
),

trimmed as (
    select
        order_line_id,
        occurrence,
        {{ trim_blanks('raw_order_id') }} as order_id,
        {{ trim_blanks('raw_product_id') }} as product_id,
        {{ trim_blanks('raw_product_name') }} as product_name,
        {{ trim_blanks('raw_product_category') }} as product_category,
        {{ trim_blanks('raw_customer_id') }} as customer_id,
        {{ trim_blanks('raw_country') }} as country,
        {{ trim_blanks('raw_ordered_at') }} as ordered_at,
        {{ trim_blanks('raw_quantity') }} as quantity,
        {{ trim_blanks('raw_unit_price') }} as unit_price
    from lines_as_text
),

cleaned as (
    select
        order_line_id,
        occurrence,
        {{ text_or_null('order_id') }} as order_id,
        {{ text_or_null('product_id') }} as product_id,
        {{ text_or_null('product_name') }} as product_name,
        {{ text_or_null('product_category') }} as product_category,
        {{ text_or_null('customer_id') }} as customer_id,
        {{ text_or_null('country') }} as country,
        {{ text_or_null('ordered_at') }} as ordered_at_text,
        {{ text_or_null('quantity') }} as quantity_text,
        {{ text_or_null('unit_price') }} as unit_price_text
    from trimmed
),

typed as (
    select
        cleaned.*,
        {{ parse_timestamp('ordered_at_text') }} as ordered_at,
        {{ parse_decimal('quantity_text') }} as quantity,
        {{ parse_decimal('unit_price_text') }} as unit_price,
        {{ plain_id('customer_id') }} as clean_customer_id,
        coalesce(
            regexp_extract(order_id, {{ text_literal(var('cancellation_pattern')) }}, 0) <> '',
            false
        ) as is_cancellation
    from cleaned
),

product_codes as (
    select distinct product_id from typed
),

coded as (
    select
        product_codes.product_id,
        min(product_code_rules.meaning) as product_meaning
    from product_codes
    inner join product_code_rules
        on upper(product_codes.product_id) like upper(product_code_rules.pattern) escape '^'
    group by 1
),

valued as (
    select
        typed.*,
        coded.product_meaning,
        -- 19 digits, so that DuckDB works in 128 bits: a huge amount is then a null, not an
        -- overflow.
        try_cast(
            typed.quantity * cast(typed.unit_price as decimal(19, 4)) as decimal(18, 4)
        ) as line_amount,
        typed.quantity < 0
        and typed.unit_price = 0
        and typed.clean_customer_id is null
        and not typed.is_cancellation as is_write_off
    from typed
    left join coded
        on typed.product_id = coded.product_id
),

checked as (
    select
        valued.*,
        case
            {%- if choice('duplicate_lines', ['reject', 'keep']) == 'reject' %}
            when occurrence > 1 then 'duplicate'
            {%- endif %}
            when order_id is null then 'missing_order_id'
            when ordered_at_text is null then 'missing_ordered_at'
            when ordered_at is null then 'unparseable_ordered_at'
            when quantity_text is null then 'missing_quantity'
            when quantity is null then 'unparseable_quantity'
            when unit_price_text is null then 'missing_unit_price'
            when unit_price is null then 'unparseable_unit_price'
            when line_amount is null then 'amount_out_of_range'
            when extract(year from ordered_at) not between 1970 and 2099 then 'implausible_date'
            when cast(ordered_at as date) >= {{ date_var('as_of_date') }} then 'from_the_future'
            when product_meaning = 'test_item' then 'test_item'
            when quantity = 0 then 'zero_quantity'
            {%- if choice('non_merchandise_lines', ['exclude', 'include']) == 'exclude' %}
            when product_meaning = 'non_merchandise' then null
            {%- endif %}
            when is_write_off then null
            {%- if choice('guest_lines', ['keep', 'reject']) == 'reject' %}
            when clean_customer_id is null then 'guest'
            {%- endif %}
            when unit_price < 0 then 'negative_price'
            when unit_price = 0 then 'zero_price'
            when quantity > 0 and is_cancellation then 'cancellation_of_a_positive_quantity'
        end as rejection_reason
    from valued
),

classified as (
    select
        order_line_id,
        order_id,
        clean_customer_id as customer_id,
        product_id,
        product_name,
        product_category,
        country,
        ordered_at,
        quantity,
        unit_price,
        line_amount,
        case
            when rejection_reason is not null then null
            {%- if var('non_merchandise_lines') == 'exclude' %}
            when product_meaning = 'non_merchandise' then 'non_merchandise'
            {%- endif %}
            when is_write_off then 'write_off'
            when quantity < 0 then 'return'
            else 'sale'
        end as line_kind,
        rejection_reason,
        is_cancellation
    from checked
)

select * from classified
