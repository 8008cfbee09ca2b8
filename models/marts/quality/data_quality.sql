-- Grain: one row per check of the input.
{%- set facts = input_facts() %}
with data_quality_checks as (
    select * from {{ ref('data_quality_checks') }}
),

typed_lines as (
    select * from {{ ref('stg_order_lines') }}
),

lines_as_text as (
    select * from {{ ref('base_order_lines') }}
),

order_lines as (
    select * from {{ ref('order_lines') }}
),

rejected_order_lines as (
    select * from {{ ref('rejected_order_lines') }}
),

orders as (
    select * from {{ ref('orders') }}
),

customers as (
    select
        customer_id,
        count(*) as order_count,
        count(distinct order_date) as order_day_count,
        sum(net_revenue) as net_revenue
    from orders
    where not is_guest
    group by 1
),

customer_totals as (
    select
        sum(order_count) as order_count,
        sum(order_day_count) as order_day_count,
        percentile_cont(0.5) within group (order by order_count) as median_order_count,
        percentile_cont(0.5) within group (order by order_day_count) as median_order_day_count
    from customers
),

shared_order_ids as (
    select
        order_id,
        count(*) as order_count,
        sum(net_revenue) as net_revenue
    from orders
    group by 1
    having count(*) > 1
),

-- The days of all counted lines, as refunds have days of their own.
order_dates as (
    select distinct line_date as order_date from {{ ref('int_order_lines__counted') }}
),

newest_order_dates as (
    select max(order_date) as order_date from order_dates
),

-- How long the shop was without an order before: a shop that sells each day was closed for days,
-- and a mistyped year or month is weeks away.
order_gaps as (
    select
        order_date,
        {{ dbt.datediff(
            'lag(order_date) over (order by order_date nulls last)', 'order_date', 'day'
        ) }} as gap_days
    from order_dates
),

usual_gaps as (
    select
        max(order_gaps.gap_days) as longest_gap_days,
        count(*) as order_day_count
    from order_gaps
    inner join newest_order_dates
        on order_gaps.order_date < newest_order_dates.order_date
),

kept_hashes as (
    select
        split_part(order_line_id, '-', 1) as line_hash,
        min(order_line_id) as order_line_id
    from typed_lines
    where
        line_kind is not null
        and {{ 'true' if facts.has_unread else 'false' }}
    group by 1
),

-- Lines that are equal in every column that is read, but differ in an unread one.
equal_lines as (
    select
        min(kept_hashes.order_line_id) as order_line_id,
        count(distinct lines_as_text.line_hash) - 1 as repeated_count
    from lines_as_text
    inner join kept_hashes
        on lines_as_text.line_hash = kept_hashes.line_hash
    group by lines_as_text.raw_{{ order_line_columns() | join(', lines_as_text.raw_') }}
    having count(distinct lines_as_text.line_hash) > 1
),

orders_in_files as (
    select
        order_id,
        count(*) as line_count,
        sum(line_amount) as amount
    from typed_lines
    where
        line_kind is not null
        and {{ 'true' if facts.files | length > 1 else 'false' }}
    group by 1
    having count(distinct source_file) > 1
),

amount_signs as (
    select
        amount_sign,
        count(*) as row_count,
        sum(line_amount) as amount,
        row_number() over (order by count(*) desc nulls last, amount_sign asc nulls last)
            as place
    from typed_lines
    where
        amount_sign is not null
        and line_kind is not null
    group by 1
),

units as (
    select
        'lines' as unit,
        count(*) as unit_count,
        sum(line_amount) as unit_amount,
        sum(abs(line_amount)) as gross_amount
    from typed_lines
    union all
    select
        'orders' as unit,
        count(*) as unit_count,
        sum(net_revenue) as unit_amount,
        sum(abs(net_revenue)) as gross_amount
    from orders
    union all
    select
        'customers' as unit,
        count(*) as unit_count,
        sum(net_revenue) as unit_amount,
        sum(abs(net_revenue)) as gross_amount
    from customers
),

counted as (
    select
        'columns_read' as check_name,
        cast({{ facts.column_count }} as bigint) as row_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as gross_amount,
        {{ text_literal(facts.words) }} as example

    union all

    select
        'records' as check_name,
        cast({{ facts.record_count if facts.record_count is not none else 'null' }} as bigint)
            as row_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as gross_amount,
        {{ text_literal(facts.file_names | join(', ')) }} as example

    union all

    select
        'lines' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount,
        sum(abs(line_amount)) as gross_amount,
        cast(null as {{ dbt.type_string() }}) as example
    from typed_lines

    union all

    select
        line_kind as check_name,
        count(*) as row_count,
        sum(line_amount) as amount,
        sum(abs(line_amount)) as gross_amount,
        cast(null as {{ dbt.type_string() }}) as example
    from typed_lines
    where line_kind is not null
    group by 1

    union all

    select
        rejection_reason as check_name,
        count(*) as row_count,
        sum(line_amount) as amount,
        sum(abs(line_amount)) as gross_amount,
        min(
            case rejection_reason
                {%- for reason, column in example_columns().items() %}
                when '{{ reason }}' then {{ column }}
                {%- endfor %}
            end
        ) as example
    from rejected_order_lines
    group by 1

    {%- for check_name, condition, amount in [
        ('guest_lines', 'is_guest', 'line_amount'),
        ('unmatched_returns', 'is_unmatched_return', 'line_amount'),
        ('shared_returns', 'is_shared_return', 'line_amount'),
        ('quantity_outliers', 'is_quantity_outlier', 'line_amount'),
        ('price_outliers', 'is_price_outlier', 'line_amount'),
        ('lines_without_product', 'product_id is null', 'line_amount'),
        ('lines_without_amount', 'line_amount is null', 'line_amount'),
        (
            'credits_of_no_merchandise',
            "line_kind = 'non_merchandise' and line_amount < 0 and not is_guest",
            'line_amount',
        ),
        ('discounts', 'discount_amount <> 0', '-discount_amount'),
        ('taxes', 'tax_amount <> 0', '-tax_amount'),
        ('refunds', 'refunded_amount <> 0', '-refunded_amount'),
    ] %}

    union all

    select
        '{{ check_name }}' as check_name,
        count(*) as row_count,
        sum({{ amount }}) as amount,
        sum(abs({{ amount }})) as gross_amount,
        cast(null as {{ dbt.type_string() }}) as example
    from order_lines
    where {{ condition }}
    {%- endfor %}

    {%- for check_name, condition, example in [
        ('order_ids_used_again', 'is_order_id_used_again', 'order_id'),
        ('amounts_that_are_not_price', 'is_amount_not_price', 'order_id'),
        ('damaged_customer_ids', 'has_damaged_customer_id', 'customer_id'),
        (
            'lines_without_currency',
            'currency is null and (select count(named.currency) from typed_lines as named) > 0',
            'order_id',
        ),
        (
            'unknown_statuses',
            'order_status is not null and not ' ~ matches('order_status', counted_statuses()),
            'order_status',
        ),
        (
            'points_before_three_digits',
            'has_point_before_three_digits'
            if input_setting('decimal_separator') is none else 'false',
            'order_id',
        ),
    ] %}

    union all

    select
        '{{ check_name }}' as check_name,
        count(*) as row_count,
        sum(line_amount) as amount,
        sum(abs(line_amount)) as gross_amount,
        min({{ example }}) as example
    from typed_lines
    where
        line_kind is not null
        and {{ condition }}
    {%- endfor %}

    union all

    select
        'lines_equal_but_for_unread_columns' as check_name,
        sum(equal_lines.repeated_count) as row_count,
        sum(equal_lines.repeated_count * typed_lines.line_amount) as amount,
        sum(equal_lines.repeated_count * abs(typed_lines.line_amount)) as gross_amount,
        min(typed_lines.order_id) as example
    from equal_lines
    inner join typed_lines
        on equal_lines.order_line_id = typed_lines.order_line_id

    union all

    select
        'orders_in_several_files' as check_name,
        sum(line_count) as row_count,
        sum(amount) as amount,
        sum(abs(amount)) as gross_amount,
        min(order_id) as example
    from orders_in_files

    union all

    select
        'other_currency_signs' as check_name,
        sum(row_count) as row_count,
        sum(amount) as amount,
        sum(abs(amount)) as gross_amount,
        min(amount_sign) as example
    from amount_signs
    where place > 1

    union all

    select
        'fully_returned_orders' as check_name,
        count(*) as row_count,
        sum(net_revenue) as amount,
        sum(abs(net_revenue)) as gross_amount,
        cast(null as {{ dbt.type_string() }}) as example
    from orders
    where
        is_fully_returned
        and not is_unmatched_return

    union all

    select
        'orders_of_shared_ids' as check_name,
        sum(order_count) as row_count,
        sum(net_revenue) as amount,
        sum(abs(net_revenue)) as gross_amount,
        min(order_id) as example
    from shared_order_ids

    union all

    select
        'customers_without_positive_revenue' as check_name,
        count(*) as row_count,
        sum(net_revenue) as amount,
        sum(abs(net_revenue)) as gross_amount,
        cast(null as {{ dbt.type_string() }}) as example
    from customers
    where net_revenue <= 0

    union all

    -- More than 5 % of all orders or order days, and at least ten times the median: such an id may
    -- be a placeholder for a missing customer.
    select
        'orders_of_outsized_customers' as check_name,
        sum(customers.order_count) as row_count,
        sum(customers.net_revenue) as amount,
        sum(abs(customers.net_revenue)) as gross_amount,
        max_by(customers.customer_id, customers.order_count) as example
    from customers
    inner join customer_totals
        on
            (
                customers.order_count > 0.05e0 * customer_totals.order_count
                and customers.order_count >= 10e0 * customer_totals.median_order_count
            )
            or (
                customers.order_day_count > 0.05e0 * customer_totals.order_day_count
                and customers.order_day_count >= 10e0 * customer_totals.median_order_day_count
            )

    union all

    select
        'unread_headers' as check_name,
        {{ facts.unread | length }} as row_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as gross_amount,
        {{ text_literal(facts.unread | join(', ')) }} as example

    union all

    select
        'columns_of_some_files' as check_name,
        {{ facts.partial | length }} as row_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as gross_amount,
        {{ text_literal(facts.partial | join(', ')) }} as example

    union all

    select
        'days_before_the_newest_order_day' as check_name,
        {{ dbt.datediff(
            'max(order_dates.order_date)', 'max(newest_order_dates.order_date)', 'day'
        ) }} as row_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as decimal(18, 4)) as gross_amount,
        cast(max(newest_order_dates.order_date) as {{ dbt.type_string() }}) as example
    from order_dates
    inner join newest_order_dates
        on order_dates.order_date < newest_order_dates.order_date
),

-- A check that finds nothing has a row, too.
measured as (
    select
        data_quality_checks.check_number,
        data_quality_checks.check_name,

        data_quality_checks.check_group,
        data_quality_checks.unit,
        data_quality_checks.highest_usual_share,
        data_quality_checks.description,
        data_quality_checks.advice,
        -- `make build` prints it, so of an e-mail address only the domain is shown.
        {{ replace_matches("nullif(counted.example, '')", "[^@ ,']+@", '...@') }} as example,

        cast(coalesce(counted.row_count, 0) as bigint) as row_count,
        cast(coalesce(counted.row_count, 0) as double) / nullif(units.unit_count, 0) as row_share,
        cast(coalesce(counted.amount, 0) as decimal(18, 4)) as amount,
        cast(coalesce(counted.amount, 0) as double)
        / cast(nullif(units.unit_amount, 0) as double) as amount_share,
        cast(coalesce(counted.gross_amount, 0) as double)
        / cast(nullif(units.gross_amount, 0) as double) as gross_amount_share,
        usual_gaps.longest_gap_days,
        usual_gaps.order_day_count
    from data_quality_checks
    cross join usual_gaps
    left join counted
        on data_quality_checks.check_name = counted.check_name
    left join units
        on data_quality_checks.unit = units.unit
),

-- The share of money is checked too, since few lines may hold much of it.
data_quality as (
    select
        check_number,
        check_name,

        check_group,
        unit,
        description,
        example,

        row_count,
        row_share,
        amount,
        amount_share,

        coalesce(row_share > highest_usual_share, false)
        or coalesce(gross_amount_share > highest_usual_share, false)
        or (coalesce(highest_usual_share = 0, false) and row_count > 0)
        or (check_name in ('lines', 'sale') and row_count = 0)
        -- Months without an order, as never before, and then one day: its date may be mistyped.
        or (
            check_name = 'days_before_the_newest_order_day'
            and {{ date_var('as_of_date') }} is null
            and (
                row_count > 366
                or (
                    row_count > 60
                    and row_count > 3 * longest_gap_days
                    and order_day_count >= 20
                )
            )
        ) as is_in_doubt,
        advice
    from measured
)

select * from data_quality
