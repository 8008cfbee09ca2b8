{#-
    The post-hook of the order lines. The build fails if there are no lines; if no line is a sale,
    with the most frequent reason, examples and advice; and if it would add up several currencies.
    `dbt build --empty` reads no lines, and does not fail.
-#}
{% macro stop_without_sales() %}
    {%- if execute and not flags.EMPTY -%}
        {%- set counts = run_query(
            "select count(*), sum(case when line_kind = 'sale' then 1 else 0 end), "
            ~ "count(distinct case when rejection_reason is null then currency end) from " ~ this
        ).rows[0] -%}
        {%- if counts[0] == 0 -%}
            {{ exceptions.raise_compiler_error(
                "The order lines hold no line but the header: "
                ~ (order_lines_input().path or order_lines_input().sample) ~ "."
            ) }}
        {%- elif not counts[1] -%}
            {{ exceptions.raise_compiler_error(no_sales_message(counts[0])) }}
        {%- elif counts[2] > 1 and not var('currency') -%}
            {%- set currencies = [] -%}
            {%- for row in run_query(
                "select currency, count(*), sum(line_amount) from " ~ this
                ~ " where rejection_reason is null and currency is not null"
                ~ " group by 1 order by 2 desc, 1"
            ).rows -%}
                {%- do currencies.append(row[0] ~ " (" ~ row[1] ~ " lines, " ~ row[2] ~ ")") -%}
            {%- endfor -%}
            {{ exceptions.raise_compiler_error(
                "The order lines are in several currencies, which cannot be added up: "
                ~ currencies | join(', ') ~ ". Set the var currency to the one to report in, such "
                ~ "as currency: " ~ currencies[0].split(' ')[0] ~ ". Lines in others are then "
                ~ "rejected as other_currency, or converted where seeds/exchange_rates.csv has "
                ~ "rates for them. If the column is no currency, set order_line_columns: "
                ~ "{currency: null}."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{% macro no_sales_message(line_count) %}
    {%- set reasons = run_query(
        "select coalesce(rejection_reason, line_kind), count(*) from " ~ this
        ~ " group by 1 order by 2 desc, 1"
    ).rows -%}
    {%- set reason = reasons[0][0] -%}
    {%- set advice = run_query(
        "select description, advice from " ~ ref('data_quality_checks')
        ~ " where check_name = " ~ text_literal(reason)
    ).rows -%}
    {%- set examples = [] -%}
    {%- set column = example_column(reason) -%}
    {%- if column -%}
        {%- for row in run_query(
            "select distinct " ~ column ~ " from " ~ ref('base_order_lines')
            ~ " where line_hash in (select split_part(order_line_id, '-', 1) from " ~ this
            ~ " where rejection_reason = " ~ text_literal(reason) ~ ") and " ~ column
            ~ " is not null order by 1 limit 3"
        ).rows -%}
            {#- Messages end up in logs: of an e-mail address only the domain is shown. -#}
            {%- do examples.append(
                "'" ~ modules.re.sub('[^@ ,]+@', '...@', row[0] | string) ~ "'"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set others = [] -%}
    {%- for row in reasons[1:4] -%}
        {%- do others.append(row[0] ~ ": " ~ row[1]) -%}
    {%- endfor -%}
    {{ return(
        "None of the " ~ line_count ~ " order lines is a sale. Most of them, " ~ reasons[0][1]
        ~ ", are " ~ reason ~ (" (" ~ advice[0][0] ~ ")" if advice else "")
        ~ (": " ~ examples | join(', ') if examples else "") ~ ". "
        ~ (advice[0][1] or "" if advice else "")
        ~ (" Others are " ~ others | join(', ') ~ "." if others else "")
    ) }}
{% endmacro %}


{#- The raw column that shows why a line is rejected; none if no single column does. -#}
{% macro example_column(reason) %}
    {{ return(example_columns().get(reason)) }}
{% endmacro %}


{% macro example_columns() %}
    {%- set order_values = 'coalesce(raw_' ~ [
        'line_discount', 'line_refunded_amount', 'tax_amount', 'order_discount', 'order_subtotal',
        'order_tax', 'refunded_amount', 'refunded_at'
    ] | join(', raw_') ~ ')' -%}
    {%- set columns = {
        'implausible_date': 'raw_ordered_at',
        'from_the_future': 'raw_ordered_at',
        'unparseable_order_value': order_values,
        'order_not_counted': "coalesce(raw_order_status, raw_cancelled_at, raw_order_id)",
        'left_out': 'left_out',
        'other_currency': 'raw_currency',
        'test_item': 'raw_product_id',
        'zero_quantity': 'raw_quantity',
        'negative_price': 'coalesce(raw_line_amount, raw_unit_price)',
        'zero_price': 'coalesce(raw_line_amount, raw_unit_price)',
        'cancellation_of_a_positive_quantity': 'raw_order_id',
        'duplicate': 'raw_order_id',
        'superseded': 'raw_order_id',
        'guest': 'raw_order_id',
    } -%}
    {%- for column in ['ordered_at', 'quantity', 'unit_price', 'line_amount'] -%}
        {%- do columns.update({'unparseable_' ~ column: 'raw_' ~ column}) -%}
        {%- do columns.update({'ambiguous_' ~ column: 'raw_' ~ column}) -%}
        {%- do columns.update({'missing_' ~ column: 'raw_order_id'}) -%}
    {%- endfor -%}
    {%- do columns.update({
        'unparseable_ordered_at': "raw_ordered_at || coalesce(' ' || raw_ordered_time, '')"
    }) -%}
    {{ return(columns) }}
{% endmacro %}
