{#- In words: the value of a term in the seed, and the one at the launch. -#}
{% macro says(seed, term, now, launched) -%}
    'seeds/{{ seed }}.csv has the {{ term }} '
    || coalesce(cast({{ now }}.{{ term }} as {{ dbt.type_string() }}), 'nothing')
    || ', the launch had '
    || coalesce(cast({{ launched }}.{{ term }} as {{ dbt.type_string() }}), 'nothing')
{%- endmacro %}
