-- Grain: one row per launched campaign and pair of its variants: the alphabetically first variant
-- compared with the other one.
with fit_ab_tests as (
    select * from {{ ref('fit_ab_tests') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

variants as (
    select * from {{ ref('int_campaign_arms') }}
    where
        scope = 'variant'
        and arm = 'treatment'
),

pairs as (
    select
        fit_ab_tests.campaign_id,
        fit_ab_tests.variant,
        fit_ab_tests.other_variant,
        fit_ab_tests.sample_ratio_p_value,
        -- As in campaign_results.
        {%- set is_shown -%}
            campaigns.measured_until >= campaigns.attribution_end_date
            and campaigns.evidence <> 'observational'
        {%- endset %}
        {%- for outcome in ['response', 'revenue', 'cuped_revenue'] %}
        fit_ab_tests.{{ outcome }}_difference,
        {%- for figure in ['lower', 'upper', 'p_value'] %}
        case when {{ is_shown }} then fit_ab_tests.{{ outcome }}_{{ figure }} end
            as {{ outcome }}_{{ figure }},
        {%- endfor %}
        {%- endfor %}
        {%- for outcome in ['response', 'cuped_revenue'] %}
        case when {{ is_shown }} then fit_ab_tests.{{ outcome }}_p_value_holm end
            as {{ outcome }}_p_value_holm,
        {%- endfor %}
        campaigns.evidence,
        variants.customer_count as variant_count,
        other_variants.customer_count as other_variant_count,
        cast(variants.responder_count as double) / nullif(variants.customer_count, 0)
            as variant_response_rate,
        cast(other_variants.responder_count as double) / nullif(other_variants.customer_count, 0)
            as other_variant_response_rate,
        cast(variants.net_revenue as double) / nullif(variants.customer_count, 0)
            as variant_revenue_per_customer,
        cast(other_variants.net_revenue as double) / nullif(other_variants.customer_count, 0)
            as other_variant_revenue_per_customer,
        campaigns.measured_until,
        campaigns.attribution_end_date
    from fit_ab_tests
    inner join campaigns
        on fit_ab_tests.campaign_id = campaigns.campaign_id
    inner join variants
        on
            fit_ab_tests.campaign_id = variants.campaign_id
            and fit_ab_tests.variant = variants.scope_value
    inner join variants as other_variants
        on
            fit_ab_tests.campaign_id = other_variants.campaign_id
            and fit_ab_tests.other_variant = other_variants.scope_value
),

ab_test_results as (
    select
        campaign_id,
        variant,
        other_variant,

        case
            when evidence = 'order_lines_gone'
                then 'no result: the order lines no longer reach back to the launch'
            when evidence = 'drawn_afterwards'
                then 'no evidence: drawn after the launch, so nobody knows who got which variant'
            when evidence = 'observational'
                then 'no proof: nobody knows whether chance decided who got which variant'
            when least(variant_count, other_variant_count) = 0 then 'nobody to compare with'
            {{ comparison_in_words('least(variant_count, other_variant_count)', {
                'not_drawn': "'the variants were not drawn as planned'",
                'no_difference': "'not distinguishable'",
                'more_responders': "'more customers ordered with ' || variant",
                'fewer_responders': "'more customers ordered with ' || other_variant",
                'more_revenue': "'more revenue with ' || variant",
                'less_revenue': "'more revenue with ' || other_variant",
            }) }}
        end as verdict,

        variant_count,
        other_variant_count,
        sample_ratio_p_value,

        variant_response_rate,
        other_variant_response_rate,
        response_difference,
        response_lower,
        response_upper,
        response_p_value,
        response_p_value_holm,

        variant_revenue_per_customer,
        other_variant_revenue_per_customer,
        revenue_difference,
        revenue_lower,
        revenue_upper,
        revenue_p_value,

        cuped_revenue_difference,
        cuped_revenue_lower,
        cuped_revenue_upper,
        cuped_revenue_p_value,
        cuped_revenue_p_value_holm,

        measured_until
    from pairs
)

select * from ab_test_results
