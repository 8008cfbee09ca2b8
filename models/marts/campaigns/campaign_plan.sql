-- Grain: one row per campaign: its expected result, the assumptions behind it, and the effect that
-- its control group can detect. Planned campaigns are as of now, launched ones as of their launch.
with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

plan_figures as (
    select * from {{ ref('int_campaign_plan') }}
),

fit_campaign_power as (
    select * from {{ ref('fit_campaign_power') }}
),

joined as (
    select
        plan_figures.*,
        campaigns.status,
        campaigns.has_given_recipients,
        campaigns.audience,
        campaigns.launch_date,
        campaigns.audience_as_of,
        campaigns.control_share,
        fit_campaign_power.minimum_detectable_response,
        fit_campaign_power.power,
        cast(fit_campaign_power.control_count_needed as integer) as control_count_needed,
        fit_campaign_power.minimum_detectable_revenue,
        fit_campaign_power.break_even_response,
        -- Only customers who would not order anyway can order because of the campaign.
        case
            when plan_figures.baseline_response is not null
                then least(
                    plan_figures.expected_response,
                    1e0 - plan_figures.baseline_response
                )
        end as added_response
    from plan_figures
    inner join campaigns
        on plan_figures.campaign_id = campaigns.campaign_id
    left join fit_campaign_power
        on plan_figures.campaign_id = fit_campaign_power.campaign_id
),

expected as (
    select
        joined.*,
        treated_count * (baseline_response + added_response) as expected_responders,
        treated_count * added_response as expected_added_orders,
        treated_count * added_response * order_value as expected_revenue,
        treated_count
        * (cost_per_contact + (baseline_response + added_response) * offer_cost)
            as expected_cost,
        -- Half the width of the 95 % interval, by the normal approximation, of the sum of a
        -- binomial number of orders with varying values.
        1.959964e0 * sqrt(
            treated_count * added_response * (
                power(order_value_deviation, 2) + (1e0 - added_response) * power(order_value, 2)
            )
        ) as revenue_reach
    from joined
),

campaign_plan as (
    select
        campaign_id,

        audience,
        status,
        case
            when has_given_recipients then 'a past campaign: see campaign_results'
            when audience_count = 0 then 'nobody in the audience'
            when treated_count + control_count = 0 then 'everyone in the audience suppressed'
            when treated_count = 0 then 'nobody to contact'
            when break_even_response is null then 'does not pay, whoever responds'
            when added_response < break_even_response then 'does not pay as expected'
            when control_count = 0 then 'should pay, but nothing can be proved: no control'
            when power >= 0.8e0 then 'should pay, and a success could be proved'
            when control_count_needed is not null
                then 'should pay, but more must be held back to prove it'
            else 'should pay, but there are too few customers to prove it'
        end as verdict,

        audience_count,
        suppressed_count,
        treated_count,
        control_count,
        control_share,

        baseline_response,
        baseline_source,
        expected_response,
        minimum_detectable_response,
        power,
        control_count_needed,
        minimum_detectable_revenue,
        break_even_response,

        order_value,
        round(expected_responders, 6) as expected_responders,
        round(expected_added_orders, 6) as expected_added_orders,
        round(expected_revenue, 4) as expected_revenue,
        round(expected_cost, 4) as expected_cost,
        {%- set margin = number_var('gross_margin', 0) %}
        round(expected_revenue * {{ margin }} - expected_cost, 4) as expected_return,
        round(expected_revenue * {{ margin }} / nullif(expected_cost, 0e0) - 1e0, 9)
            as return_on_investment,
        round(
            greatest(expected_revenue - revenue_reach, 0e0) * {{ margin }}
            / nullif(expected_cost, 0e0) - 1e0,
            9
        ) as return_on_investment_lower,
        round(
            (expected_revenue + revenue_reach) * {{ margin }} / nullif(expected_cost, 0e0) - 1e0,
            9
        ) as return_on_investment_upper,

        launch_date,
        audience_as_of
    from expected
)

select * from campaign_plan
