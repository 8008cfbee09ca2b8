{#- The folder of the exports' files; by default `exports` under dbt's target folder. -#}
{% macro exports_folder() %}
    {{- return((var('exports_folder') or (flags.TARGET_PATH or 'target') ~ '/exports') | string) -}}
{% endmacro %}
