-- Grain: one row per person, channel and reason not to contact them. A person is a customer id in
-- the spelling of orders, an e-mail address or a phone number.
with suppressed_customers as (
    select
        {{ trim_blanks('customer_id') }} as customer_id,
        {{ text_or_null('lower(' ~ trim_blanks('channel') ~ ')') }} as channel,
        reason
    from {{ ref('suppressed_customers') }}
),

customer_aliases as (
    select * from {{ ref('stg_customer_aliases') }}
),

cleaned as (
    select
        {{ customer_id_or_null(clean_customer_id('customer_id')) }} as customer_id,
        {{ plain_address('customer_id') }} as address,
        {{ international_phone('customer_id') }} as phone,
        channel,
        reason
    from suppressed_customers
    where
        case
            when
                channel is null
                or channel in ('{{ campaign_channels() | join("', '") }}')
                then true
            else {{ stop_with(
                "'seeds/suppressed_customers.csv: channel is ' || channel"
                ~ " || ': it must be empty or " ~ campaign_channels() | join(", ") ~ "'"
            ) }}
        end
),

-- A number without its country's code is that of each contact whose number ends with it.
national_phones as (
    select distinct
        cleaned.phone,
        contacts.phone as contact_phone
    from cleaned
    inner join {{ ref('stg_customer_contacts__normalised') }} as contacts
        on
            right(cleaned.phone, 9) = right(contacts.phone, 9)
            and contacts.phone like '%' || substr(cleaned.phone, 2)
    where regexp_extract(cleaned.phone, '^0[1-9][0-9]{8,}$', 0) <> ''
),

named as (
    select distinct
        case
            when cleaned.phone like '+%' then cleaned.phone
            when national_phones.contact_phone is not null then national_phones.contact_phone
            when customer_aliases.belongs_to is not null then customer_aliases.belongs_to
            when {{ is_email_address('cleaned.address') }} then cleaned.address
            else cleaned.customer_id
        end as person,
        cleaned.channel,
        cleaned.reason
    from cleaned
    left join national_phones
        on cleaned.phone = national_phones.phone
    left join customer_aliases
        on cleaned.customer_id = customer_aliases.customer_id
    {%- if has_erased_customers() %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on {{ erased_token('cleaned.customer_id') }} = erased_customers.id_token
    where erased_customers.id_token is null
    {%- endif %}
),

-- Nobody writes to who asked to be forgotten.
with_erased as (
    select
        person,
        channel,
        reason
    from named
    union
    select
        person_token as person,
        cast(null as {{ dbt.type_string() }}) as channel,
        'erased' as reason
    from {{ ref('stg_erased_customers') }}
)

select * from with_erased
