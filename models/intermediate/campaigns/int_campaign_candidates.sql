-- Grain: one row per campaign and customer of its audience at the launch (or now, for a planned
-- campaign): the arm and variant that the hash draws for the customer's household, and what forbids
-- a contact.
with campaigns as (
    select * from {{ ref('int_campaigns') }}
    where
        not has_given_recipients
        and is_in_seed
),

variants as (
    select * from {{ ref('int_campaign_variants') }}
),

audiences as (
    select * from {{ ref('int_audiences') }}
),

audience_customers as (
    select * from {{ ref('int_audience_customers') }}
),

households as (
    select * from {{ ref('int_customers__households') }}
),

permissions as (
    select * from {{ ref('int_customers__permissions') }}
),

members as (
    select
        campaigns.campaign_id,
        audiences.customer_id,
        audiences.priority,
        audiences.reason,
        coalesce(households.household_id, audiences.customer_id) as household_id,
        md5(
            {{ campaign_salt() }} || ':' || campaigns.campaign_id || ':'
            || coalesce(households.household_id, audiences.customer_id)
        ) as campaign_hash
    from campaigns
    inner join audiences
        on
            campaigns.audience = audiences.audience
            and campaigns.audience_as_of = audiences.as_of_date
    left join households
        on audiences.customer_id = households.customer_id
),

-- The hash gives 65,536 equally likely draws: the middles of equal parts of the interval from 0 to
-- 1.
draws as (
    select
        members.*,
        (cast({{ hash_bucket('campaign_hash') }} as double) + 0.5e0) / 65536e0 as control_draw,
        (cast({{ hash_bucket('substr(campaign_hash, 5)') }} as double) + 0.5e0) / 65536e0
            as variant_draw
    from members
),

-- The list must not depend on the variant that a customer is drawn for. So a customer who may not
-- be contacted by one of the campaign's channels is suppressed for the whole campaign. Where no
-- contacts are given, consents are unknown here, and the tool that sends has to check them.
campaign_channels as (
    select distinct
        campaign_id,
        channel
    from variants
),

refusals as (
    select
        members.campaign_id,
        members.customer_id,
        bool_or(coalesce(permissions.is_suppressed, false)) as is_suppressed,
        bool_or(
            {{ 'true' if has_customer_contacts() else 'false' }}
            and not coalesce(permissions.is_allowed, false)
        ) as lacks_consent
    from members
    inner join campaign_channels
        on members.campaign_id = campaign_channels.campaign_id
    left join permissions
        on
            members.customer_id = permissions.customer_id
            and campaign_channels.channel = permissions.channel
    group by 1, 2
),

judged as (
    select
        draws.*,
        case
            when refusals.is_suppressed then 'suppression_list'
            when refusals.lacks_consent then 'no_consent'
            when {{ is_in_global_control('draws.household_id') }} then 'global_control'
        end as refused_because
    from draws
    inner join refusals
        on
            draws.campaign_id = refusals.campaign_id
            and draws.customer_id = refusals.customer_id
),

candidates as (
    select
        draws.campaign_id,
        draws.customer_id,
        draws.household_id,

        variants.variant,
        draws.reason,
        customers.segment,
        draws.refused_because,

        draws.priority,
        campaigns.priority as campaign_priority,
        campaigns.expected_response
        * {{ usual_order_value('customers') }}
        * {{ number_var('gross_margin', 0) }} as expected_margin,
        -- Customers who would order without the campaign take the offer, too.
        cast(round(
            variants.mean_cost_per_contact
            + variants.mean_offer_cost * least(
                coalesce(
                    {{ baseline_response(
                        'customers.purchase_model_churn_risk', 'campaigns.attribution_days'
                    ) }},
                    0e0
                ) + campaigns.expected_response,
                1e0
            ),
            4
        ) as decimal(18, 4)) as planned_cost,
        campaigns.budget,

        campaigns.control_share,
        campaigns.attribution_days,

        draws.control_draw >= campaigns.control_share as is_drawn_for_treatment,
        campaigns.is_launched,

        campaigns.launch_date,
        campaigns.end_date
    from judged as draws
    inner join campaigns
        on draws.campaign_id = campaigns.campaign_id
    inner join variants
        on
            draws.campaign_id = variants.campaign_id
            and draws.variant_draw >= variants.lowest_share
            and draws.variant_draw < variants.highest_share
    inner join audience_customers as customers
        on
            draws.customer_id = customers.customer_id
            and campaigns.audience_as_of = customers.as_of_date
),

valued as (
    select
        candidates.*,
        round(expected_margin - cast(planned_cost as double), 6) as expected_value
    from candidates
),

-- One member of a household is contacted or held back for all: the highest on the list.
placed as (
    select
        valued.*,
        row_number() over (
            partition by campaign_id, household_id, refused_because
            order by
                priority asc nulls last,
                expected_value desc nulls last,
                customer_id asc nulls last
        ) as place_in_household
    from valued
),

chosen as (
    select
        campaign_id,
        customer_id,
        household_id,

        variant,
        reason,
        segment,
        coalesce(
            refused_because, case when place_in_household > 1 then 'same_household' end
        ) as refused_because,

        priority,
        campaign_priority,
        expected_margin,
        planned_cost,
        budget,

        control_share,
        attribution_days,

        is_drawn_for_treatment,
        is_launched,

        launch_date,
        end_date,

        expected_value
    from placed
)

select * from chosen
