{#-
    Joins that bring the clock at a customer's first order day (`first_order_days`) and at the last
    one (`last_order_days`), on the clock of each of the `candidates`. It stands at 0 now, so that
    the age is what it showed on the first order day, with the other sign.

    `customers`: the relation with `age_days` and `last_order_age_days`.
-#}
{% macro join_order_days_of(customers) -%}
    inner join int_clv_clock as first_order_days
        on
            candidates.as_of_date = first_order_days.as_of_date
            and candidates.clock = first_order_days.clock
            and first_order_days.days_before = {{ customers }}.age_days + 1
    inner join int_clv_clock as last_order_days
        on
            candidates.as_of_date = last_order_days.as_of_date
            and candidates.clock = last_order_days.clock
            and last_order_days.days_before
            = {{ customers }}.age_days - {{ customers }}.last_order_age_days + 1
{%- endmacro %}
