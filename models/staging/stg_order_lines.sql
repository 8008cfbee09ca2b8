-- Grain: one row per line of the input, with the values that its order states, and with its line
-- kind or the reason why it is rejected.
-- depends_on: {{ ref('base_order_lines') }}, {{ ref('data_quality_checks') }}
{{ config(post_hook="{{ stop_without_sales() }}") }}

{%- set lines = ref('stg_order_lines__typed') %}
{%- set order_amounts = ['order_discount', 'order_subtotal', 'order_tax', 'refunded_amount'] %}
{%- set line_amounts = ['line_discount', 'line_refunded_amount', 'tax_amount'] %}
{%- set fills_orders = input_setting('fill_order_columns') %}
{%- set duplicate_lines = input_choice('duplicate_lines', ['reject', 'keep', 'latest']) %}
{%- set currency = var('currency') %}
with product_code_rules as (
    select * from {{ ref('product_code_rules') }}
),

customer_aliases as (
    select * from {{ ref('stg_customer_aliases') }}
),

exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

-- What a line takes from its order is the same for all lines of an order, customer and day. Here
-- and below the table itself is read: DuckDB would keep a CTE of all lines, read again, in memory.
order_days as (
    select
        typed.order_id,
        coalesce(customer_aliases.belongs_to, typed.customer_id) as customer_id,
        cast(typed.local_ordered_at as date) as line_date,
        typed.source_file,
        min(typed.country) as country,
        min(typed.order_status) as order_status,
        min(typed.currency) as currency,
        {%- for column in order_amounts %}
        max(typed.{{ column }}) as {{ column }},
        {%- endfor %}
        bool_or(typed.is_said) as is_said,
        bool_or(coalesce(typed.is_cancelled, false)) as is_cancelled,
        bool_or(
            typed.has_order_id
            and typed.quantity > 0
            and coalesce(typed.line_amount, 0) >= 0
            and typed.fault is null
        ) as has_sale,
        max(typed.refunded_date) as refunded_date
    from {{ lines }} as typed
    left join customer_aliases
        on typed.customer_id = customer_aliases.customer_id
    where typed.order_id is not null
    group by 1, 2, 3, 4
),

-- The last file, by name, that holds an order counts. Tills reuse their numbers, so the same order
-- id with another customer or on another day is another order.
current_days as (
    select
        order_days.*,
        {%- if duplicate_lines == 'latest' %}
        line_date is not null
        and coalesce(
            source_file < max(source_file) over (partition by order_id, customer_id, line_date),
            false
        ) as is_superseded
        {%- else %}
        false as is_superseded
        {%- endif %}
    from order_days
),

-- The customers of an order id and its country, for rows without them.
order_customers as (
    select
        current_days.*,
        bool_or(is_said) over (partition by order_id) as is_order_said,
        min(case when not is_superseded then customer_id end) over (partition by order_id)
            as first_customer_id,
        max(case when not is_superseded then customer_id end) over (partition by order_id)
            as last_customer_id,
        min(case when not is_superseded then country end) over (partition by order_id)
            as order_country
    from current_days
),

-- Some exports give customer and country only on the first row of an order: the preset then sets
-- `fill_order_columns`. With any preset, values that the order states hold for such rows, too; this
-- is what `buyer_key` is for. An order id of several customers fills nobody in.
filled as (
    select
        order_customers.*,
        {%- if fills_orders %}
        coalesce(
            customer_id, case when first_customer_id = last_customer_id then first_customer_id end
        ) as known_customer_id,
        {%- else %}
        customer_id as known_customer_id,
        {%- endif %}
        coalesce(
            customer_id,
            case
                when
                    first_customer_id = last_customer_id
                    and {{ 'true' if fills_orders else 'is_order_said' }}
                    then first_customer_id
            end,
            ''
        ) as buyer_key
    from order_customers
),

-- Tills restart their numbering: an order id on days that are far apart is a new order each time.
sale_days as (
    select
        filled.*,
        case when has_sale then line_date end as sale_date,
        lag(line_date) over (
            partition by order_id, known_customer_id, has_sale
            order by line_date nulls last, source_file nulls last, customer_id nulls last
        ) as previous_date
    from filled
),

started as (
    select
        sale_days.*,
        max(
            case
                when
                    {{ dbt.datediff('previous_date', 'sale_date', 'day') }}
                    > {{ whole_number_var('order_days_apart') }}
                    then sale_date
            end
        ) over (
            partition by order_id, known_customer_id
            order by line_date nulls first
            range between unbounded preceding and current row
        ) as start_date
    from sale_days
),

dated as (
    select
        started.*,
        start_date is not null as is_order_id_used_again,
        case
            when start_date is not null
                then order_id || ' (' || cast(start_date as {{ dbt.type_string() }}) || ')'
            else order_id
        end as distinct_order_id
    from started
),

-- An order may state its values on its first row or on each row. They hold for all its rows.
known_days as (
    select
        order_id,
        customer_id,
        line_date,
        source_file,
        distinct_order_id,
        known_customer_id,
        buyer_key,
        order_country,
        is_superseded,
        is_order_id_used_again,
        {%- for column in order_amounts + ['refunded_date'] %}
        max(case when is_said and not is_superseded then {{ column }} end)
            over order_rows as {{ column }},
        {%- endfor %}
        min(case when is_said and not is_superseded then order_status end)
            over order_rows as order_status,
        min(case when is_said and not is_superseded then currency end)
            over order_rows as currency,
        bool_or(is_cancelled and is_said and not is_superseded) over order_rows as is_cancelled
    from dated
    window order_rows as (partition by distinct_order_id, buyer_key)
),

-- Codes that differ only in case are one product, and get one spelling.
product_codes as (
    select
        product_id,
        min(product_id) over (partition by upper(product_id)) as spelling
    from (
        select distinct product_id
        from {{ lines }}
        where product_id is not null
    ) as codes
),

meanings as (
    select
        product_codes.product_id,
        product_codes.spelling,
        min(product_code_rules.meaning) as product_meaning
    from product_codes
    left join product_code_rules
        on upper(product_codes.product_id) like upper(product_code_rules.pattern) escape '^'
    group by 1, 2
),

-- The rate of a day is the latest one that is valid on it.
rated_days as (
    select
        foreign_days.currency,
        foreign_days.line_date,
        max_by(exchange_rates.rate, exchange_rates.valid_from) as rate
    from (
        select distinct
            currency,
            cast(local_ordered_at as date) as line_date
        from {{ lines }}
        where {{ 'currency <> ' ~ text_literal(currency) if currency else 'false' }}
    ) as foreign_days
    inner join exchange_rates
        on
            foreign_days.currency = upper(exchange_rates.currency)
            and foreign_days.line_date >= exchange_rates.valid_from
    group by 1, 2
),

-- Equal lines are numbered, so that an id depends on a line's content and not on its position. Few
-- lines are equal to another one, and only they are sorted.
repeated_hashes as (
    select line_hash
    from {{ lines }}
    group by 1
    having count(*) > 1
),

numbered as (
    select
        single.*,
        cast(single.local_ordered_at as date) as line_date,
        1 as occurrence
    from {{ lines }} as single
    left join repeated_hashes
        on single.line_hash = repeated_hashes.line_hash
    where repeated_hashes.line_hash is null
    union all
    select
        repeated.*,
        cast(repeated.local_ordered_at as date) as line_date,
        row_number() over (
            partition by repeated.line_hash order by repeated.source_file nulls last
        ) as occurrence
    from {{ lines }} as repeated
    inner join repeated_hashes
        on repeated.line_hash = repeated_hashes.line_hash
),

named as (
    select
        numbered.*,
        coalesce(customer_aliases.belongs_to, numbered.customer_id) as own_customer_id
    from numbered
    left join customer_aliases
        on numbered.customer_id = customer_aliases.customer_id
),

joined as (
    select
        named.line_hash || '-' || cast(named.occurrence as {{ dbt.type_string() }})
            as order_line_id,
        named.source_file,
        known_days.distinct_order_id,
        {%- if fills_orders %}
        coalesce(named.own_customer_id, known_days.known_customer_id) as customer_id,
        {%- else %}
        named.own_customer_id as customer_id,
        {%- endif %}
        coalesce(known_days.buyer_key, named.own_customer_id, '') as buyer_key,
        named.product_id,
        meanings.spelling,

        named.product_name,
        named.product_category,
        {%- if fills_orders %}
        coalesce(named.country, known_days.order_country) as country,
        {%- else %}
        named.country,
        {%- endif %}
        named.left_out,
        named.fault,
        named.amount_sign,
        case
            when
                named.product_id is null
                and (
                    false
                    {%- for pattern in input_setting('non_merchandise_names') %}
                    or lower(named.product_name) like {{ text_literal(pattern) }}
                    {%- endfor %}
                )
                then 'non_merchandise'
            else meanings.product_meaning
        end as product_meaning,
        coalesce(named.order_status, known_days.order_status) as order_status,
        coalesce(named.currency, known_days.currency) as currency,

        named.occurrence,
        named.quantity,
        named.unit_price,
        named.line_amount,
        {%- for column in line_amounts %}
        named.{{ column }},
        {%- endfor %}
        {%- for column in order_amounts %}
        known_days.{{ column }},
        {%- endfor %}
        rated_days.rate,

        named.has_amount,
        coalesce(named.has_value_fault, false) as has_value_fault,
        named.has_damaged_customer_id,
        named.is_amount_not_price,
        named.has_point_before_three_digits,
        coalesce(known_days.is_superseded, false) as is_superseded,
        coalesce(known_days.is_order_id_used_again, false) as is_order_id_used_again,
        coalesce(known_days.is_cancelled, false) as is_cancelled,
        {{ matches('named.order_id', var('cancellation_pattern')) }} as is_cancellation,

        named.ordered_at,
        named.local_ordered_at,
        named.line_date,
        known_days.refunded_date
    from named
    left join known_days
        on
            named.order_id = known_days.order_id
            and named.own_customer_id is not distinct from (known_days.customer_id)
            and named.line_date is not distinct from (known_days.line_date)
            and named.source_file is not distinct from (known_days.source_file)
    left join meanings
        on named.product_id = meanings.product_id
    left join rated_days
        on
            coalesce(named.currency, known_days.currency) = rated_days.currency
            and named.line_date = rated_days.line_date
),

-- A positive quantity at a negative price, from a known customer, is a return or a discount on the
-- order. It is treated as if the two signs were swapped.
signed as (
    select
        joined.*,
        coalesce(quantity > 0 and line_amount < 0 and customer_id is not null, false)
            as is_negative_sale,
        quantity < 0
        and coalesce(unit_price, 0) = 0
        and coalesce(line_amount, 0) = 0
        and customer_id is null
        and has_amount
        and not is_cancellation as is_write_off
    from joined
),

checked as (
    select
        signed.*,
        case
            {%- if duplicate_lines == 'reject' %}
            when occurrence > 1 then 'duplicate'
            {%- endif %}
            when is_superseded then 'superseded'
            -- Lines that do not count may lack values, so these two reasons come before faults.
            when left_out is not null then 'left_out'
            when
                is_cancelled
                or order_status in ({{ uncounted_statuses() }})
                or (
                    order_status = 'refunded'
                    and refunded_amount is null
                    and not coalesce(line_amount < 0, false)
                )
                then 'order_not_counted'
            when fault is not null then fault
            when has_value_fault then 'unparseable_order_value'
            when extract(year from local_ordered_at) not between 1970 and 2099
                then 'implausible_date'
            when line_date >= {{ date_var('as_of_date') }} then 'from_the_future'
            {%- if currency %}
            when currency <> {{ text_literal(currency) }} and rate is null then 'other_currency'
            {%- endif %}
            when product_meaning = 'test_item' then 'test_item'
            when quantity = 0 then 'zero_quantity'
            {%- if choice('non_merchandise_lines', ['exclude', 'include']) == 'exclude' %}
            when product_meaning = 'non_merchandise' then null
            {%- endif %}
            when is_write_off then null
            {%- if choice('guest_lines', ['keep', 'reject']) == 'reject' %}
            when customer_id is null then 'guest'
            {%- endif %}
            when not has_amount then null
            when is_negative_sale then null
            when unit_price < 0 or (quantity > 0 and line_amount < 0) then 'negative_price'
            when unit_price = 0 and line_amount = 0 then 'zero_price'
            when quantity > 0 and is_cancellation then 'cancellation_of_a_positive_quantity'
        end as rejection_reason
    from signed
),

classified as (
    select
        order_line_id,
        source_file,
        distinct_order_id as order_id,
        customer_id,
        buyer_key,
        coalesce(spelling, product_id) as product_id,

        product_name,
        product_category,
        country,
        order_status,
        currency,
        amount_sign,
        case
            when rejection_reason is not null then null
            {%- if var('non_merchandise_lines') == 'exclude' %}
            when product_meaning = 'non_merchandise' then 'non_merchandise'
            {%- endif %}
            when is_write_off then 'write_off'
            when quantity < 0 or is_negative_sale then 'return'
            else 'sale'
        end as line_kind,
        rejection_reason,

        case when is_negative_sale then cast(-quantity as decimal(18, 4)) else quantity end
            as quantity,
        {{ in_currency('case when is_negative_sale then -unit_price else unit_price end') }}
            as unit_price,
        -- Amounts in another currency, without a rate, must not be added up.
        case
            when coalesce(rejection_reason <> 'other_currency', true)
                then {{ in_currency('line_amount') }}
        end as line_amount,
        {%- for column in line_amounts + order_amounts %}
        {{ in_currency(column) }} as {{ column }},
        {%- endfor %}

        is_cancellation,
        is_order_id_used_again,
        has_amount,
        has_damaged_customer_id,
        is_amount_not_price,
        has_point_before_three_digits,

        ordered_at,
        local_ordered_at,
        line_date,
        refunded_date
    from checked
)

select * from classified
