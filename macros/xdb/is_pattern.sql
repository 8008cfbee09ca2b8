{#- Whether a text is a regular expression of the engine. -#}
{% macro duckdb__is_pattern(pattern) %}
    {{ return(run_query(
        "select coalesce(not try(regexp_matches('', pattern)), false) from (values ("
        ~ text_literal(pattern) ~ ')) as patterns (pattern)'
    ).rows[0][0]) }}
{% endmacro %}


{#- Spark stops at the first line with a bad pattern. Jinja has no try, so brackets are counted. -#}
{% macro spark__is_pattern(pattern) %}
    {%- set bare = modules.re.sub('\\\\.', '', pattern) -%}
    {%- set plain = modules.re.sub('\\[\\^?\\]?[^\\]]*\\]', '', bare) -%}
    {{ return(
        '[' not in plain
        and plain.count('(') == plain.count(')')
        and not modules.re.search('(^|[(|])[*+?]', plain.replace('(?', '('))
    ) }}
{% endmacro %}
