{#-
    Checks every var before anything is built: that it is known, and that its value can be one. The
    macros that read a var check it again, for commands without this hook (dbt compile, dbt show).
-#}
{% macro check_vars() %}
    {%- do stop_at_unknown_vars(invocation_args_dict.vars, '--vars') -%}
    {%- do adapter.dispatch('check_project_vars', 'customer_value')() -%}
    {%- for name, rule in known_vars().items() -%}
        {%- set value = var(name) -%}
        {%- if value is not none or rule.is_required -%}
            {%- if rule.kind == 'whole_number' -%}
                {%- do whole_number_var(
                    name, lowest=rule.get('lowest', 1), highest=rule.get('highest', 36500)
                ) -%}
            {%- elif rule.kind == 'whole_numbers' -%}
                {%- do whole_number_var(name, is_list=true) -%}
            {%- elif rule.kind == 'number' -%}
                {%- do number_var(name, rule.get('lowest', 0), rule.get('highest')) -%}
            {%- elif rule.kind == 'date' -%}
                {%- do date_var(name) -%}
            {%- elif rule.kind == 'choice' -%}
                {%- do choice(name, rule.one_of) -%}
            {%- elif rule.kind == 'mapping' -%}
                {%- do mapping_var(name) -%}
            {%- elif rule.kind == 'list' -%}
                {%- do list_var(name) -%}
            {%- elif rule.kind == 'pattern' -%}
                {%- do check_pattern_var(name) -%}
            {%- elif rule.kind == 'text' and value is not string -%}
                {{ exceptions.raise_compiler_error(
                    "The var " ~ name ~ " is " ~ in_words(value)
                    ~ ": it must be a text, in quotes."
                ) }}
            {%- elif rule.kind == 'switch' and value is not boolean -%}
                {{ exceptions.raise_compiler_error(
                    "The var " ~ name ~ " is " ~ in_words(value) ~ ": it must be true or false."
                ) }}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do churn_horizon_days() -%}
    {%- do check_time_formats() -%}
    {%- do value_tier_shares() -%}
    {%- do input_choice('duplicate_lines', ['reject', 'keep', 'latest']) -%}
    {%- do shop_time_zone() -%}
    {%- do decimal_separator() -%}
    {%- if var('currency') and not modules.re.match('^[A-Z]{3}$', var('currency')) -%}
        {{ exceptions.raise_compiler_error(
            "The var currency is '" ~ var('currency') ~ "': it must be a code such as EUR."
        ) }}
    {%- endif -%}
    {%- if var('rfm_edges') == 'frozen' -%}
        {%- do date_var('rfm_edges_date', is_required=true) -%}
    {%- endif -%}
{% endmacro %}


{#- Every var of dbt_project.yml, and what it must be where it is not null. -#}
{% macro known_vars() %}
    {%- set whole = {'kind': 'whole_number', 'is_required': true} -%}
    {%- set share = {'kind': 'number', 'highest': 1, 'is_required': true} -%}
    {%- set amount = {'kind': 'number', 'is_required': true} -%}
    {{ return({
        'as_of_date': {'kind': 'date'},
        'history_months': dict(whole, highest=1200),
        'backtest_horizon_days': {'kind': 'whole_numbers', 'is_required': true},
        'backtest_cutoffs': dict(whole, highest=1200),
        'backtest_step_days': whole,
        'refit': {'kind': 'choice', 'one_of': refit_choices(), 'is_required': true},
        'keep_unchanged': {'kind': 'switch', 'is_required': true},
        'input_preset': {'kind': 'text'},
        'order_line_columns': {'kind': 'mapping'},
        'csv_options': {'kind': 'mapping'},
        'ordered_at_format': {'kind': 'list'},
        'time_zone': {'kind': 'text'},
        'decimal_separator': {'kind': 'text'},
        'currency': {'kind': 'text'},
        'cancellation_pattern': {'kind': 'pattern', 'is_required': true},
        'uncounted_statuses': {'kind': 'list'},
        'counted_statuses': {'kind': 'list'},
        'leave_out': {'kind': 'mapping'},
        'keep_only': {'kind': 'mapping'},
        'guest_customer_ids': {'kind': 'list'},
        'order_days_apart': {'kind': 'whole_number', 'lowest': 0, 'is_required': true},
        'duplicate_lines': {'kind': 'text'},
        'non_merchandise_lines': {'kind': 'choice', 'one_of': ['exclude', 'include']},
        'guest_lines': {'kind': 'choice', 'one_of': ['keep', 'reject']},
        'outlier_iqr_multiple': amount,
        'clv_horizon_days': {'kind': 'whole_number', 'lowest': 0, 'is_required': true},
        'discount_rate': amount,
        'gross_margin': share,
        'churn_horizon_days': whole,
        'value_tier_shares': {'kind': 'list', 'is_required': true},
        'cluster_count': {'kind': 'choice', 'one_of': range(2, 11) | list},
        'cluster_correlation_limit': share,
        'anomaly_share': share,
        'anomaly_review_share': share,
        'order_anomaly_limit': amount,
        'trigger_days': whole,
        'campaign_salt': {'kind': 'text'},
        'global_control_share': share,
        'contact_cap': whole,
        'contact_cap_days': whole,
        'rfm_edges': {'kind': 'choice', 'one_of': ['quantile', 'frozen', 'seed']},
        'rfm_edges_date': {'kind': 'date'},
        'trigger_silence_days': {'kind': 'whole_numbers', 'is_required': true},
        'trigger_churn_risk': share,
        'lookalike_seed_share': share,
        'lookalike_share': share,
        'contacts_may_be_missing': {'kind': 'switch', 'is_required': true},
        'customer_contact_columns': {'kind': 'mapping'},
        'customer_contact_csv_options': {'kind': 'mapping'},
        'customer_alias_columns': {'kind': 'mapping'},
        'customer_alias_csv_options': {'kind': 'mapping'},
        'erased_customer_columns': {'kind': 'mapping'},
        'erased_customer_csv_options': {'kind': 'mapping'},
        'past_campaign_contact_columns': {'kind': 'mapping'},
        'past_campaign_contact_csv_options': {'kind': 'mapping'},
        'exports_folder': {'kind': 'text'},
    }) }}
{% endmacro %}


{#- Stops at a var that this project does not have: dbt would ignore it without a word. -#}
{% macro stop_at_unknown_vars(given, place) %}
    {%- set vars = dict(given or {}) -%}
    {#- The vars of one project may lie under its name. -#}
    {%- if vars.get(project_name) is mapping -%}
        {%- do vars.update(vars.pop(project_name)) -%}
    {%- endif -%}
    {%- set known = known_vars() -%}
    {%- for name, value in vars.items()
        if value is string and modules.re.search('[{][{%#]', value) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " (" ~ place ~ ") contains "
            ~ modules.re.findall('[{][{%#]', value)[0]
            ~ ", which dbt takes for the start of its own code: a var must be a plain value."
        ) }}
    {%- endfor -%}
    {%- for name in vars if name not in known -%}
        {%- set alike = [] -%}
        {%- for other in known if other[:4] == (name | string)[:4] -%}
            {%- do alike.append(other) -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            "There is no var '" ~ name ~ "' (" ~ place ~ "): "
            ~ ('is it ' ~ alike | join(' or ') ~ '?' if alike
               else 'the README lists all of them.')
        ) }}
    {%- endfor -%}
{% endmacro %}


{#- Checks that the formats of times that are no names have parts, all of which are read. -#}
{% macro check_time_formats() %}
    {%- for format in list_var('ordered_at_format') if format not in ['iso', 'excel'] -%}
        {%- if format is not string or '%' not in format -%}
            {{ exceptions.raise_compiler_error(
                "The var ordered_at_format is " ~ in_words(var('ordered_at_format'))
                ~ ": it must be iso, excel, a format such as '%d.%m.%Y %H:%M', or a list of them."
            ) }}
        {%- endif -%}
        {%- do timestamp_format_parts(format) -%}
    {%- endfor -%}
    {%- if var('ordered_at_format') is not none and not list_var('ordered_at_format') -%}
        {{ exceptions.raise_compiler_error(
            "The var ordered_at_format is an empty list: name a format, or leave the var out."
        ) }}
    {%- endif -%}
{% endmacro %}


{#- Checks that a var is a regular expression of the engine, and not one that matches any text. -#}
{% macro check_pattern_var(name) %}
    {%- set pattern = var(name) -%}
    {%- if pattern is not string or pattern == ''
        or not adapter.dispatch('is_pattern', 'customer_value')(pattern) -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is " ~ in_words(pattern) ~ ": it must be a regular expression, "
            ~ "such as '^C[0-9]+$', in quotes; this one is none, or matches an empty text."
        ) }}
    {%- endif -%}
{% endmacro %}
