-- Grain: one row per campaign and customer of its audience at the launch (or now, where it is only
-- planned): what the hash has drawn for the customer, and what rules a contact out.
with int_campaigns as (
    select * from {{ ref('int_campaigns') }}
),

int_campaign_variants as (
    select * from {{ ref('int_campaign_variants') }}
),

int_audiences as (
    select * from {{ ref('int_audiences') }}
),

int_audience_customers as (
    select * from {{ ref('int_audience_customers') }}
),

stg_customer_contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

suppressed_customers as (
    select * from {{ ref('stg_suppressed_customers') }}
),

members as (
    select
        int_campaigns.campaign_id,
        int_audiences.customer_id,
        int_audiences.priority,
        int_audiences.reason,
        md5(
            {{ text_literal(var('campaign_salt')) }} || ':' || int_campaigns.campaign_id || ':'
            || int_audiences.customer_id
        ) as campaign_hash
    from int_campaigns
    inner join int_audiences
        on
            int_campaigns.audience = int_audiences.audience
            and int_campaigns.audience_as_of = int_audiences.as_of_date
),

-- Middles of 65,536 equal parts of the numbers from 0 to 1.
draws as (
    select
        members.*,
        (cast({{ hash_bucket('campaign_hash') }} as double) + 0.5e0) / 65536e0 as control_draw,
        (cast({{ hash_bucket('substr(campaign_hash, 5)') }} as double) + 0.5e0) / 65536e0
            as variant_draw
    from members
),

-- Which variant a customer gets must not decide who is on the list, so whoever may not be contacted
-- by one of the campaign's channels is not of it. Without any contacts nothing is known of
-- consents, and the tool that sends has to know them.
campaign_channels as (
    select distinct
        campaign_id,
        channel
    from int_campaign_variants
),

refusals as (
    select
        members.campaign_id,
        members.customer_id,
        bool_or(suppressed_customers.customer_id is not null) as is_suppressed,
        bool_or(
            {{ 'true' if has_customer_contacts() else 'false' }}
            and case campaign_channels.channel
                {%- for channel, consent in campaign_channels().items() if consent %}
                when '{{ channel }}'
                    then not coalesce(stg_customer_contacts.{{ consent }}, false)
                {%- endfor %}
                else false
            end
        ) as lacks_consent
    from members
    inner join campaign_channels
        on members.campaign_id = campaign_channels.campaign_id
    left join stg_customer_contacts
        on members.customer_id = stg_customer_contacts.customer_id
    left join suppressed_customers
        on
            members.customer_id = suppressed_customers.customer_id
            and campaign_channels.channel
            = coalesce(suppressed_customers.channel, campaign_channels.channel)
    group by 1, 2
),

candidates as (
    select
        draws.campaign_id,
        draws.customer_id,

        int_campaign_variants.variant,
        draws.reason,
        customers.segment,
        case
            when refusals.is_suppressed then 'suppression_list'
            when refusals.lacks_consent then 'no_consent'
            when {{ is_in_global_control('draws.customer_id') }} then 'global_control'
        end as refused_because,

        draws.priority,
        int_campaigns.priority as campaign_priority,
        int_campaigns.expected_response
        * {{ usual_order_value('customers') }}
        * {{ number_var('gross_margin', 0) }} as expected_margin,
        -- Who would have ordered anyway takes the offer, too.
        cast(round(
            int_campaign_variants.mean_cost_per_contact
            + int_campaign_variants.mean_offer_cost * least(
                coalesce(
                    {{ baseline_response(
                        'customers.purchase_model_churn_risk', 'int_campaigns.attribution_days'
                    ) }},
                    0e0
                ) + int_campaigns.expected_response,
                1e0
            ),
            4
        ) as decimal(18, 4)) as planned_cost,
        int_campaigns.budget,

        int_campaigns.control_share,
        int_campaigns.attribution_days,

        draws.control_draw >= int_campaigns.control_share as is_drawn_for_treatment,
        int_campaigns.is_launched,

        int_campaigns.launch_date,
        int_campaigns.end_date
    from draws
    inner join int_campaigns
        on draws.campaign_id = int_campaigns.campaign_id
    inner join refusals
        on
            draws.campaign_id = refusals.campaign_id
            and draws.customer_id = refusals.customer_id
    inner join int_campaign_variants
        on
            draws.campaign_id = int_campaign_variants.campaign_id
            and draws.variant_draw >= int_campaign_variants.lowest_share
            and draws.variant_draw < int_campaign_variants.highest_share
    inner join int_audience_customers as customers
        on
            draws.customer_id = customers.customer_id
            and int_campaigns.audience_as_of = customers.as_of_date
),

valued as (
    select
        candidates.*,
        round(expected_margin - cast(planned_cost as double), 6) as expected_value
    from candidates
)

select * from valued
