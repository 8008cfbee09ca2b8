-- Grain: one row per text of the suppression list, person it may name, channel and reason. A text
-- does not say what it is: 00042 may be a customer id or the end of a phone number. It stands for
-- all that it may name, because who is left out by mistake loses less than who is written to.
{%- set digits = replace_matches('judged.phone', '^[+]?0*') %}
with suppressed_customers as (
    select
        {{ trim_blanks('customer_id') }} as listed_as,
        {{ text_or_null('lower(' ~ trim_blanks('channel') ~ ')') }} as channel,
        reason
    from {{ ref('suppressed_customers') }}
),

cleaned as (
    select
        listed_as,
        {{ customer_id_or_null(clean_customer_id('listed_as')) }} as customer_id,
        {{ plain_address('listed_as') }} as address,
        {{ compact_phone(replace_matches('listed_as', "^['\"]+")) }} as phone,
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

-- The id of an erased customer may be an address too, which another customer has: it stays
-- suppressed, as an address.
judged as (
    select
        cleaned.*,
        {%- if has_erased_customers() %}
        erased_customers.id_token is not null as is_erased
        {%- else %}
        false as is_erased
        {%- endif %}
    from cleaned
    {%- if has_erased_customers() %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on {{ erased_token('cleaned.customer_id') }} = erased_customers.id_token
    {%- endif %}
),

named as (
    select
        judged.listed_as,
        coalesce(customer_aliases.belongs_to, judged.customer_id) as person,
        judged.channel,
        judged.reason
    from judged
    left join {{ ref('stg_customer_aliases') }} as customer_aliases
        on judged.customer_id = customer_aliases.customer_id
    where
        judged.customer_id is not null
        and not judged.is_erased
    union
    select
        listed_as,
        address as person,
        channel,
        reason
    from judged
    where {{ is_email_address('address') }}
    union
    -- A number, with its country's code or without, is that of each contact whose number ends with
    -- the same nine digits; with all of its digits, if it has seven or eight.
    select
        judged.listed_as,
        contacts.phone as person,
        judged.channel,
        judged.reason
    from judged
    inner join {{ ref('stg_customer_contacts__normalised') }} as contacts
        on
            right(judged.phone, 7) = right(contacts.phone, 7)
            and right(contacts.phone, least(9, length({{ digits }}))) = right({{ digits }}, 9)
    where regexp_extract(judged.phone, '^[+]?0*[1-9][0-9]{6,}$', 0) <> ''
    union
    -- A customer's number without its country is none, but may be the listed one.
    select
        judged.listed_as,
        contacts.customer_id as person,
        judged.channel,
        judged.reason
    from judged
    inner join {{ ref('stg_customer_contacts__normalised') }} as contacts
        on right({{ digits }}, 9) = contacts.unread_phone_end
    where contacts.customer_id is not null
    union
    -- Nobody writes to who asked to be forgotten.
    select
        person_token as listed_as,
        person_token as person,
        cast(null as {{ dbt.type_string() }}) as channel,
        'erased' as reason
    from {{ ref('stg_erased_customers') }}
)

select * from named
