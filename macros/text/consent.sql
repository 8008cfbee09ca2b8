{#- A text as a consent: true only where it says so. -#}
{% macro consent(text) -%}
    coalesce(lower({{ plain_id(text) }}) in ('true', 't', 'yes', 'y', '1'), false)
{%- endmacro %}
