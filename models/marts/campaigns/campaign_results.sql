-- Grain: one row per campaign, scope (campaign, segment, variant) and value of the scope: contacted
-- households compared with the control group. The scope campaign is the whole campaign, and is
-- there for planned campaigns too.
with campaign_terms as (
    select * from {{ ref('int_campaigns') }}
),

campaign_targets as (
    select * from {{ ref('campaign_targets') }}
),

campaign_arms as (
    select * from {{ ref('int_campaign_arms') }}
),

fit_campaign_results as (
    select * from {{ ref('fit_campaign_results') }}
),

audiences as (
    select
        campaign_id,
        count(*) as audience_count
    from campaign_targets
    group by 1
),

-- As in int_campaign_outcomes: only lists that were drawn here before they were sent.
all_campaigns as (
    select
        'all_campaigns' as campaign_id,
        'experiment' as evidence,
        true as is_launched,
        max(as_of_date) as as_of_date,
        min(launch_date) as launch_date,
        max(measured_until) as measured_until,
        max(attribution_end_date) as attribution_end_date
    from campaign_terms
    where
        evidence = 'experiment'
        and not has_given_recipients
),

campaigns as (
    select
        campaign_id,
        evidence,
        status,
        is_launched,
        launch_date,
        measured_until,
        attribution_end_date
    from campaign_terms
    union all
    select
        campaign_id,
        evidence,
        case when as_of_date < attribution_end_date then 'measuring' else 'ended' end as status,
        is_launched,
        launch_date,
        measured_until,
        attribution_end_date
    from all_campaigns
    where launch_date is not null
),

arms as (
    select
        campaign_id,
        scope,
        scope_value,
        max(case when arm = 'treatment' then customer_count end) as treated_count,
        max(case when arm = 'control' then customer_count end) as control_count,
        max(case when arm = 'treatment' then responder_count end) as treated_responders,
        max(case when arm = 'control' then responder_count end) as control_responders,
        max(case when arm = 'treatment' then order_count end) as treated_orders,
        max(case when arm = 'control' then order_count end) as control_orders,
        max(case when arm = 'treatment' then net_revenue end) as treated_revenue,
        max(case when arm = 'control' then net_revenue end) as control_revenue,
        max(case when arm = 'treatment' then prior_revenue end) as treated_prior_revenue,
        max(case when arm = 'control' then prior_revenue end) as control_prior_revenue,
        max(case when arm = 'treatment' then redemption_count end) as redemption_count,
        max(case when arm = 'treatment' then campaign_cost end) as campaign_cost
    from campaign_arms
    group by 1, 2, 3
),

comparisons as (
    select
        campaign_id,
        scope,
        scope_value
    from arms
    union
    select
        campaign_id,
        'campaign' as scope,
        'all' as scope_value
    from campaigns
),

joined as (
    select
        comparisons.campaign_id,
        comparisons.scope,
        comparisons.scope_value,

        campaigns.status,
        campaigns.evidence,
        campaigns.is_launched,
        campaigns.launch_date,
        campaigns.measured_until,
        campaigns.attribution_end_date,
        coalesce(audiences.audience_count, 0) as audience_count,

        coalesce(arms.treated_count, 0) as treated_count,
        coalesce(arms.control_count, 0) as control_count,
        arms.treated_responders,
        arms.control_responders,
        arms.treated_orders,
        arms.control_orders,
        arms.treated_revenue,
        arms.control_revenue,
        arms.redemption_count,
        arms.campaign_cost,
        cast(arms.treated_prior_revenue as double) / nullif(arms.treated_count, 0)
        - cast(arms.control_prior_revenue as double) / nullif(arms.control_count, 0)
            as prior_revenue_difference,
        fit_campaign_results.sample_ratio_p_value,
        -- Who looks daily at p-values or intervals and stops at the first one that pleases finds an
        -- effect where there is none. Of customers who were not drawn by chance they say nothing.
        {%- set is_shown -%}
            campaigns.measured_until >= campaigns.attribution_end_date
            and campaigns.evidence <> 'observational'
        {%- endset %}
        {%- for outcome in ['response', 'orders', 'revenue', 'cuped_revenue'] %}
        fit_campaign_results.{{ outcome }}_difference,
        {%- for figure in ['lower', 'upper', 'p_value'] %}
        case when {{ is_shown }} then fit_campaign_results.{{ outcome }}_{{ figure }} end
            as {{ outcome }}_{{ figure }},
        {%- endfor %}
        {%- endfor %}
        {%- for outcome in ['response', 'cuped_revenue'] %}
        case when {{ is_shown }} then fit_campaign_results.{{ outcome }}_p_value_holm end
            as {{ outcome }}_p_value_holm,
        {%- endfor %}
        fit_campaign_results.cuped_variance_share
    from comparisons
    inner join campaigns
        on comparisons.campaign_id = campaigns.campaign_id
    left join audiences
        on comparisons.campaign_id = audiences.campaign_id
    left join arms
        on
            comparisons.campaign_id = arms.campaign_id
            and comparisons.scope = arms.scope
            and comparisons.scope_value = arms.scope_value
    left join fit_campaign_results
        on
            comparisons.campaign_id = fit_campaign_results.campaign_id
            and comparisons.scope = fit_campaign_results.scope
            and comparisons.scope_value = fit_campaign_results.scope_value
),

-- From the variance-reduced difference: it has the same expectation as the plain one, and a smaller
-- variance. It is an effect only where chance decided who was contacted.
affected as (
    select
        joined.*,
        case
            when measured_until >= attribution_end_date and evidence = 'experiment'
                then treated_count
        end as affected_count
    from joined
),

incremental_revenue as (
    select
        affected.*,
        round(cuped_revenue_difference * affected_count, 4) as incremental_revenue,
        round(cuped_revenue_lower * affected_count, 4) as incremental_revenue_lower,
        round(cuped_revenue_upper * affected_count, 4) as incremental_revenue_upper
    from affected
),

campaign_results as (
    select
        campaign_id,
        scope,
        scope_value,

        status,
        evidence,
        case
            when not is_launched then 'not launched yet'
            when treated_count + control_count = 0 and audience_count = 0
                then 'nobody in the audience'
            when treated_count + control_count = 0 then 'everyone in the audience suppressed'
            when treated_count = 0 then 'nobody was contacted'
            when evidence = 'order_lines_gone'
                then 'no result: the order lines no longer reach back to the launch'
            when evidence = 'drawn_afterwards'
                then 'no evidence: drawn after the launch, so nobody knows who was contacted'
            when control_count = 0 then 'nobody to compare with: no control'
            when evidence = 'observational' and measured_until >= attribution_end_date
                then
                    'no proof: nobody was held back by chance, and the contacted had spent '
                    || cast(
                        cast(abs(prior_revenue_difference) as decimal(18, 2))
                        as {{ dbt.type_string() }}
                    )
                    || case when prior_revenue_difference < 0 then ' less' else ' more' end
                    || ' each in the year before than those they are compared with'
            {{ comparison_in_words('least(treated_count, control_count)', {
                'not_drawn': "'contacted and held back are not as many as planned'",
                'no_difference': "'not distinguishable from zero'",
                'more_responders': "'more customers ordered'",
                'fewer_responders': "'fewer customers ordered'",
                'more_revenue': "'more revenue'",
                'less_revenue': "'less revenue'",
            }) }}
        end as verdict,

        cast(treated_count as integer) as treated_count,
        cast(control_count as integer) as control_count,
        sample_ratio_p_value,
        round(prior_revenue_difference, 6) as prior_revenue_difference,
        cast(redemption_count as integer) as redemption_count,

        cast(treated_responders as double) / nullif(treated_count, 0) as treated_response_rate,
        cast(control_responders as double) / nullif(control_count, 0) as control_response_rate,
        response_difference,
        response_lower,
        response_upper,
        response_p_value,
        response_p_value_holm,

        cast(treated_orders as double) / nullif(treated_count, 0) as treated_orders_per_customer,
        cast(control_orders as double) / nullif(control_count, 0) as control_orders_per_customer,
        orders_difference,
        orders_lower,
        orders_upper,
        orders_p_value,

        cast(treated_revenue as decimal(18, 4)) as treated_revenue,
        cast(control_revenue as decimal(18, 4)) as control_revenue,
        cast(treated_revenue as double) / nullif(treated_count, 0)
            as treated_revenue_per_customer,
        cast(control_revenue as double) / nullif(control_count, 0)
            as control_revenue_per_customer,
        revenue_difference,
        revenue_lower,
        revenue_upper,
        revenue_p_value,

        cuped_revenue_difference,
        cuped_revenue_lower,
        cuped_revenue_upper,
        cuped_revenue_p_value,
        cuped_revenue_p_value_holm,
        cuped_variance_share,

        cast(coalesce(campaign_cost, 0) as decimal(18, 4)) as campaign_cost,
        incremental_revenue,
        incremental_revenue_lower,
        incremental_revenue_upper,
        {%- for suffix in ['', '_lower', '_upper'] %}
        round(
            incremental_revenue{{ suffix }} * {{ number_var('gross_margin', 0) }}
            / nullif(cast(campaign_cost as double), 0e0) - 1e0,
            9
        ) as return_on_investment{{ suffix }},
        {%- endfor %}

        launch_date,
        measured_until
    from incremental_revenue
)

select * from campaign_results
