{#-
    Usage: call campaign_decisions_ctes(steps) after the CTEs `candidates` (the rows of
    int_campaign_candidates to decide), `held` (campaign, household, launch_date and end_date of
    all that launched campaigns contacted or held back) and `held_from_all` (macro
    households_held_from_all); `steps` is the number of campaigns in
    `candidates` (macro campaign_steps). It returns a list of CTEs with a comma at the end. The last
    one is `decided`: one row per row of `candidates`, with the columns of campaign_assignments.
    `assignment` is treatment, control or null, and `suppressed_because` says why it is null.

    Campaigns are decided one after another, by launch date and priority. A campaign takes no
    customer whose household is in another campaign at the same time, or was recently in as many
    campaigns as the var contact_cap allows. Of the others it takes as many as its budget pays for,
    from the top of its list. A customer whom an earlier campaign did not take is free for the next
    one. So there is one step per campaign, which decides the rows of that campaign and reads the
    decisions of all earlier steps.

    A customer in a control group counts as in the campaign, like a contacted one. Otherwise the
    random draw of one campaign would influence who is on the list of another.
-#}
{% macro campaign_decisions_ctes(steps) %}
{%- set list_order -%}
    priority nulls last, expected_value desc nulls last, customer_id nulls last
{%- endset -%}
{%- set carried_columns -%}
    step, campaign_id, customer_id, household_id, launch_date, end_date, priority,
        expected_value, is_drawn_for_treatment, planned_cost, budget, refused_because
{%- endset -%}
campaign_order as (
    select
        campaign_id,
        launch_date,
        end_date,
        row_number() over (
            order by launch_date nulls last, campaign_priority nulls last, campaign_id nulls last
        ) as step
    from candidates
    group by campaign_id, launch_date, end_date, campaign_priority
),

decided_0 as (
    select
        campaign_order.step,
        candidates.campaign_id,
        candidates.customer_id,
        candidates.household_id,
        candidates.launch_date,
        candidates.end_date,
        candidates.priority,
        candidates.expected_value,
        candidates.is_drawn_for_treatment,
        candidates.planned_cost,
        candidates.budget,
        case
            when
                held_from_all.household_id is not null
                and coalesce(candidates.refused_because, '') in ('', 'same_household')
                then 'global_control'
            else candidates.refused_because
        end as refused_because,
        'undecided' as suppressed_because
    from candidates
    inner join campaign_order
        on candidates.campaign_id = campaign_order.campaign_id
    left join held_from_all
        on candidates.household_id = held_from_all.household_id
    union all
    select
        0 as step,
        campaign_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        household_id,
        launch_date,
        end_date,
        cast(null as integer) as priority,
        cast(null as double) as expected_value,
        cast(null as boolean) as is_drawn_for_treatment,
        cast(null as decimal(18, 4)) as planned_cost,
        cast(null as decimal(18, 4)) as budget,
        cast(null as {{ dbt.type_string() }}) as refused_because,
        cast(null as {{ dbt.type_string() }}) as suppressed_because
    from held
),
{% for step in range(1, steps + 1) %}
compared_{{ step }} as (
    select
        decided.*,
        decided.suppressed_because is null
        and decided.launch_date <= campaign.end_date
        and decided.end_date >= campaign.launch_date as is_at_the_time,
        decided.suppressed_because is null
        and decided.launch_date <= campaign.launch_date
        and {{ dbt.datediff('decided.launch_date', 'campaign.launch_date', 'day') }}
        < {{ whole_number_var('contact_cap_days') }} as is_lately
    from decided_{{ step - 1 }} as decided
    -- A left join: a step beyond the last campaign must not lose the rows.
    left join campaign_order as campaign
        on campaign.step = {{ step }}
),

free_{{ step }} as (
    select
        {{ carried_columns }},
        case
            when step <> {{ step }} then suppressed_because
            when refused_because is not null then refused_because
            when bool_or(is_at_the_time) over (partition by household_id) then 'in_other_campaign'
            when
                sum(case when is_lately then 1 else 0 end) over (partition by household_id)
                >= {{ whole_number_var('contact_cap') }}
                then 'contact_cap'
        end as suppressed_because
    from compared_{{ step }}
),

decided_{{ step }} as {{ materialized() }} (
    select
        {{ carried_columns }},
        -- The budget ends the list for treatment and control at the same position, so that both
        -- groups stay comparable.
        case
            when
                step = {{ step }}
                and suppressed_because is null
                and sum(
                    case
                        when suppressed_because is null and is_drawn_for_treatment
                            then planned_cost
                        else 0
                    end
                ) over (
                    partition by campaign_id
                    order by {{ list_order }}
                    rows between unbounded preceding and current row
                ) > budget
                then 'budget'
            else suppressed_because
        end as suppressed_because
    from free_{{ step }}
),
{% endfor %}
ranked as (
    select
        campaign_id,
        customer_id,
        suppressed_because,
        case
            when suppressed_because is null
                then row_number() over (
                    partition by campaign_id, suppressed_because
                    order by {{ list_order }}
                )
        end as list_rank
    from decided_{{ steps }}
    where step > 0
),

decided as (
    select
        candidates.campaign_id,
        candidates.customer_id,
        candidates.household_id,

        case
            when ranked.suppressed_because is not null then null
            when candidates.is_drawn_for_treatment then 'treatment'
            else 'control'
        end as assignment,
        case
            when ranked.suppressed_because is null and candidates.is_drawn_for_treatment
                then candidates.variant
        end as variant,
        ranked.suppressed_because,
        candidates.reason,
        candidates.segment,
        cast(ranked.list_rank as integer) as rank,
        candidates.priority,
        candidates.expected_value,
        candidates.control_share,
        candidates.attribution_days,
        candidates.launch_date,
        candidates.end_date
    from candidates
    inner join ranked
        on
            candidates.campaign_id = ranked.campaign_id
            and candidates.customer_id = ranked.customer_id
),
{% endmacro %}
