{#-
    Usage: a select of the households of today in which some launched campaign held somebody back
    from all campaigns; after the CTE `households`. The draw goes by the household's name, which may
    change with the contacts: who was once held back stays so, as long as there is a global control.
-#}
{% macro households_held_from_all(assignments) %}
    select distinct
        coalesce(households.household_id, assignments.customer_id) as household_id
    from {{ assignments }} as assignments
    left join households
        on assignments.customer_id = households.customer_id
    where
        assignments.suppressed_because = 'global_control'
        and {{ number_var('global_control_share', 0, 1) }} > 0e0
{%- endmacro %}
