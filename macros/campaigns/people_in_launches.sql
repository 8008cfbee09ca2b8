{#-
    Usage: a select of everybody whom launched campaigns contacted or held back, with their
    assignment: by the lists in `assignments` (rows of campaign_assignments), or as given for past
    campaigns. One message stands for a household and the orders of all its members count, so a
    member at the launch has the assignment of the household, also who has left it since.
-#}
{% macro people_in_launches(assignments) %}
    select
        campaign_id,
        customer_id,
        assignment
    from (
        select
            campaign_id,
            customer_id,
            max(assignment) over (
                partition by campaign_id, coalesce(household_id, customer_id)
            ) as assignment
        from {{ assignments }}
        where campaign_id not in (select campaign_id from {{ ref('stg_past_campaign_contacts') }})
    ) as drawn
    where
        assignment is not null
        and customer_id is not null
    union all
    select distinct
        campaign_id,
        customer_id,
        assignment
    from {{ ref('stg_past_campaign_contacts') }}
    where customer_id is not null
{%- endmacro %}
