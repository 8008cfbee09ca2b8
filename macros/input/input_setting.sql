{#-
    A setting of how the order lines are read: the var of that name where the user set it, else what
    the preset says, else the default that stands here.
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
    {%- if said is not none and name not in ['leave_out', 'keep_only'] -%}
        {{ return(said) }}
    {%- endif -%}
    {%- set options = input_preset(order_lines_input()).get('options', {}) -%}
    {%- set value = options.get(name, defaults[name]) -%}
    {%- if said is none -%}
        {{ return(value) }}
    {%- endif -%}
    {#- Header by header: null takes a rule of the preset back. -#}
    {%- set rules = {} -%}
    {%- for header, values in dict(value, **mapping_var(name)).items() if values is not none -%}
        {%- do rules.update({header: values}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}
