-- Grain: one row per row of the past campaign contacts, typed. The customer is null where an
-- address is that of no customer. A row that cannot be understood stops the build, and the message
-- names its campaign and the value, but no person.
-- depends_on: {{ source('raw', 'past_campaign_contacts') }}
-- depends_on: {{ ref('stg_erased_customers') }}
with source_rows as (
    {{ read_past_campaign_contacts() }}
),

campaign_terms as (
    select * from {{ ref('stg_campaigns') }}
),

variants as (
    select
        campaign_id,
        variant,
        count(*) over (partition by campaign_id) as variant_count
    from {{ ref('stg_campaign_variants') }}
),

customer_aliases as (
    select * from {{ ref('stg_customer_aliases') }}
),

contacts as (
    select * from {{ ref('stg_customer_contacts__normalised') }}
),

-- An address stands for any of its customers, as they are one household.
addresses as (
    select
        email as address,
        min(customer_id) as customer_id
    from contacts
    where email is not null
    group by 1
    union all
    select
        phone as address,
        min(customer_id) as customer_id
    from contacts
    where phone is not null
    group by 1
),

zeros_after_code as (
    {{ zeros_after_code() }}
),

trimmed as (
    select
        {%- for column in past_campaign_contacts_input().columns %}
        {{ text_or_null(trim_blanks('raw_' ~ column)) }} as {{ column }},
        {%- endfor %}
        line_hash,
        row_number() over (partition by line_hash order by line_hash nulls last) as occurrence
    from source_rows
),

-- Campaign tools write the day with or without a time; only the day is used.
typed as (
    select
        trimmed.line_hash || '-' || cast(trimmed.occurrence as {{ dbt.type_string() }})
            as past_contact_id,
        trimmed.campaign_id,
        trimmed.arm,
        case
            when lower(trimmed.arm) in ('contacted', 'treatment', 'treated', 'sent')
                then 'treatment'
            when lower(trimmed.arm) in ('held back', 'held_back', 'control', 'holdout')
                then 'control'
        end as assignment,
        {{ customer_id_or_null(clean_customer_id('trimmed.customer_id')) }} as own_customer_id,
        {{ plain_address('trimmed.email') }} as email,
        {{ international_phone('trimmed.phone') }} as phone,
        trimmed.variant,
        trimmed.contacted_at,
        trimmed.redeemed_at,
        case
            when {{ is_iso_date('substr(trimmed.contacted_at, 1, 10)') }}
                then try_cast(substr(trimmed.contacted_at, 1, 10) as date)
        end as contacted_date,
        case
            when {{ is_iso_date('substr(trimmed.redeemed_at, 1, 10)') }}
                then try_cast(substr(trimmed.redeemed_at, 1, 10) as date)
        end as redeemed_date
    from trimmed
),

joined as (
    select
        typed.*,
        {%- set own_customer_id = 'erased_customers.person_token, typed.own_customer_id'
            if has_erased_customers() else 'typed.own_customer_id' %}
        coalesce(
            customer_aliases.belongs_to,
            {{ own_customer_id }},
            emails.customer_id,
            phones.customer_id
        ) as customer_id,
        coalesce(typed.own_customer_id, typed.email, typed.phone) as person,
        campaign_terms.campaign_id is not null as is_known_campaign,
        campaign_terms.launch_date,
        coalesce(typed.variant, single_variants.variant) as given_variant,
        variants.variant is not null as is_known_variant
    from typed
    left join customer_aliases
        on typed.own_customer_id = customer_aliases.customer_id
    {%- if has_erased_customers() %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on {{ erased_token('typed.own_customer_id') }} = erased_customers.id_token
    {%- endif %}
    left join addresses as emails
        on typed.email = emails.address
    left join zeros_after_code
        on typed.phone like '+' || zeros_after_code.code_and_zero || '%'
    left join addresses as phones
        on
            coalesce(
                '+' || zeros_after_code.calling_code
                || substr(typed.phone, length(zeros_after_code.code_and_zero) + 2),
                typed.phone
            ) = phones.address
    left join campaign_terms
        on typed.campaign_id = campaign_terms.campaign_id
    left join variants as single_variants
        on
            typed.campaign_id = single_variants.campaign_id
            and single_variants.variant_count = 1
    left join variants
        on
            typed.campaign_id = variants.campaign_id
            and coalesce(typed.variant, single_variants.variant) = variants.variant
),

judged as (
    select
        joined.*,
        case
            when campaign_id is null then 'a row has no campaign_id'
            when not is_known_campaign
                then 'seeds/campaigns.csv has no such campaign: add it, with its costs and days'
            when assignment is null
                then
                    'arm is ' || coalesce(arm, 'missing')
                    || ': it must be contacted or held_back'
            when person is null
                then 'a row names nobody: it needs a customer_id, an email or a phone'
            when contacted_at is not null and contacted_date is null
                then
                    'contacted_at is ' || contacted_at
                    || ': it must begin with a date such as 2025-02-03'
            when redeemed_at is not null and redeemed_date is null
                then
                    'redeemed_at is ' || redeemed_at
                    || ': it must begin with a date such as 2025-02-03'
            when contacted_date < launch_date
                then
                    'contacted_at is ' || contacted_at || ', before the launch_date '
                    || cast(launch_date as {{ dbt.type_string() }})
                    || ': let the campaign begin with its first contact'
            when assignment = 'treatment' and not is_known_variant
                then
                    'variant is ' || coalesce(given_variant, 'missing')
                    || ': seeds/campaign_variants.csv has no such variant of the campaign'
        end as problem
    from joined
),

checked as (
    select
        past_contact_id,
        campaign_id,

        assignment,
        customer_id,
        case when assignment = 'treatment' then given_variant end as variant,

        contacted_date,
        redeemed_date
    from judged
    where
        case
            when problem is null then true
            else {{ stop_with(
                "'PAST_CAMPAIGN_CONTACTS, campaign ' || coalesce(campaign_id, '?') || ': '"
                ~ " || problem"
            ) }}
        end
)

select * from checked
