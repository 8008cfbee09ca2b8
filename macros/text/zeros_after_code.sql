{#-
    Usage: a select of the countries' codes that a zero may follow in writing (+44 077...), with the
    zero. No number of these countries begins with a zero, so it is not dialled from abroad. No code
    begins with another one, so a number begins with at most one of these.
-#}
{% macro zeros_after_code() %}
    select
        calling_code,
        calling_code || trunk_prefix as code_and_zero,
        min(shortest_number) as shortest_number,
        max(longest_number) as longest_number
    from {{ ref('country_calling_codes') }}
    where trunk_prefix like '0%'
    group by 1, 2
{%- endmacro %}
