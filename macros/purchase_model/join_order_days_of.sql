{#-
    Joins the clock's time on a customer's first order day (`first_order_days`) and on the last one
    (`last_order_days`), for the clock of each candidate. The clock reads 0 at the end of the last
    observed day, so the customer's age is the time on the first order day with its sign reversed.

    Needs the CTEs `candidates` and `clv_clock`. `customers` is the relation with `age_days` and
    `last_order_age_days`.
-#}
{% macro join_order_days_of(customers) -%}
    inner join clv_clock as first_order_days
        on
            candidates.as_of_date = first_order_days.as_of_date
            and candidates.clock = first_order_days.clock
            and first_order_days.days_before = {{ customers }}.age_days + 1
    inner join clv_clock as last_order_days
        on
            candidates.as_of_date = last_order_days.as_of_date
            and candidates.clock = last_order_days.clock
            and last_order_days.days_before
            = {{ customers }}.age_days - {{ customers }}.last_order_age_days + 1
{%- endmacro %}
