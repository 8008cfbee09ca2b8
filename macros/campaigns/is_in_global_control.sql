{#-
    Whether a customer is held back from all campaigns: by a hash that no campaign is part of.
-#}
{% macro is_in_global_control(customer_id) -%}
    (
        cast(
            {{ hash_bucket(
                'md5(' ~ text_literal(var('campaign_salt')) ~ " || '::' || " ~ customer_id ~ ')'
            ) }} as double
        ) + 0.5e0
    ) / 65536e0 < {{ number_var('global_control_share', 0, 1) }}
{%- endmacro %}
