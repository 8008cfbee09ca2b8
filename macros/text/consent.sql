{#- A text as a consent: true only for a clear yes, false also where it is null. -#}
{% macro consent(text) -%}
    coalesce(lower({{ plain_id(text) }}) in ('true', 't', 'yes', 'y', '1'), false)
{%- endmacro %}
