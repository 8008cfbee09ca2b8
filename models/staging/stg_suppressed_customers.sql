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
        {{ compact_phone('customer_id') }} as compact_phone,
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

named as (
    select distinct
        case
            when cleaned.compact_phone like '+%' then cleaned.compact_phone
            when customer_aliases.belongs_to is not null then customer_aliases.belongs_to
            else cleaned.customer_id
        end as person,
        cleaned.channel,
        cleaned.reason
    from cleaned
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
