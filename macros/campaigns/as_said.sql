{#- A term of a campaign as text, to be compared and shown. -#}
{% macro as_said(relation, term) -%}
    coalesce(cast({{ relation }}.{{ term }} as {{ dbt.type_string() }}), 'nothing')
{%- endmacro %}
