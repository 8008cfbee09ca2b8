-- Grain: one row per text of the suppression list, person it may name, channel and reason. A text
-- does not say what it is: 00042 may be a customer id or the end of a phone number. It stands for
-- all that it may name, because who is left out by mistake loses less than who is written to.
{%- set digits = replace_matches('not_erased.phone', '^[+]?0*') %}
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

not_erased as (
    select cleaned.*
    from cleaned
    {%- if has_erased_customers() %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on {{ erased_token('cleaned.customer_id') }} = erased_customers.id_token
    where erased_customers.id_token is null
    {%- endif %}
),

named as (
    select
        not_erased.listed_as,
        coalesce(customer_aliases.belongs_to, not_erased.customer_id) as person,
        not_erased.channel,
        not_erased.reason
    from not_erased
    left join {{ ref('stg_customer_aliases') }} as customer_aliases
        on not_erased.customer_id = customer_aliases.customer_id
    where not_erased.customer_id is not null
    union
    select
        listed_as,
        address as person,
        channel,
        reason
    from not_erased
    where {{ is_email_address('address') }}
    union
    -- A number, with its country's code or without, is that of each contact whose number ends with
    -- the same nine digits; with all of its digits, if it has seven or eight.
    select
        not_erased.listed_as,
        contacts.phone as person,
        not_erased.channel,
        not_erased.reason
    from not_erased
    inner join {{ ref('stg_customer_contacts__normalised') }} as contacts
        on
            right(not_erased.phone, 7) = right(contacts.phone, 7)
            and right(contacts.phone, least(9, length({{ digits }}))) = right({{ digits }}, 9)
    where regexp_extract(not_erased.phone, '^[+]?0*[1-9][0-9]{6,}$', 0) <> ''
    union
    -- A customer's number without its country is none, but may be the listed one.
    select
        not_erased.listed_as,
        contacts.customer_id as person,
        not_erased.channel,
        not_erased.reason
    from not_erased
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
