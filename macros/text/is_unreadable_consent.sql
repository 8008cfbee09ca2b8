{#- Whether a text says neither that somebody agrees nor that they do not. -#}
{% macro is_unreadable_consent(text) -%}
    coalesce(
        lower({{ plain_id(text) }})
        not in ('true', 't', 'yes', 'y', '1', 'false', 'f', 'no', 'n', '0'),
        false
    )
{%- endmacro %}
