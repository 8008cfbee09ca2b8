{#-
    Whether a customer is held back from all campaigns. A hash of the salt and the
    customer id decides, so that it is the same for every campaign.
-#}
{% macro is_in_global_control(customer_id) -%}
    (
        cast(
            {{ hash_bucket(
                'md5(' ~ campaign_salt() ~ " || '::' || " ~ customer_id ~ ')'
            ) }} as double
        ) + 0.5e0
    ) / 65536e0 < {{ number_var('global_control_share', 0, 1) }}
{%- endmacro %}
