{#-
    A setting for reading the order lines: the var of that name if the user set it, else the
    preset's option, else the default in this macro.
-#}
{% macro input_setting(name) %}
    {%- set defaults = {
        'csv_options': {},
        'ordered_at_format': ['iso', 'excel'],
        'decimal_separator': none,
        'time_zone': none,
        'duplicate_lines': 'reject',
        'uncounted_statuses': [
            'cancelled', 'canceled', 'voided', 'void', 'failed', 'expired', 'test'
        ],
        'leave_out': {},
        'keep_only': {},
        'fill_order_columns': false,
        'order_discount_includes_line_discounts': false,
        'non_merchandise_names': [],
    } -%}
    {%- set said = var(name, none) -%}
    {%- if said is not none and name in ['ordered_at_format', 'uncounted_statuses'] -%}
        {{ return(list_var(name)) }}
    {%- endif -%}
    {%- if said is not none and name not in ['leave_out', 'keep_only'] -%}
        {{ return(said) }}
    {%- endif -%}
    {%- set options = input_preset(order_lines_input()).get('options', {}) -%}
    {%- set value = options.get(name, defaults[name]) -%}
    {%- if said is none -%}
        {{ return(value) }}
    {%- endif -%}
    {#- The rules are merged by header; null removes a rule of the preset. -#}
    {%- set rules = {} -%}
    {%- for header, values in dict(value, **mapping_var(name)).items() if values is not none -%}
        {%- do rules.update({header: values}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}
