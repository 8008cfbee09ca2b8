{#- Whether a text that should be a consent is neither yes nor no. Null is not unreadable. -#}
{% macro is_unreadable_consent(text) -%}
    coalesce(
        lower({{ plain_id(text) }})
        not in ('true', 't', 'yes', 'y', '1', 'false', 'f', 'no', 'n', '0'),
        false
    )
{%- endmacro %}
