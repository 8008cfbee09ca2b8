-- Grain: one row per row of the contacts, normalised. Values that cannot be used are null.
with contacts_as_text as (
    select * from {{ ref('base_customer_contacts') }}
),

country_calling_codes as (
    select * from {{ ref('country_calling_codes') }}
),

customer_aliases as (
    select * from {{ ref('stg_customer_aliases') }}
),

cleaned as (
    select
        {%- for column in customer_contacts_input().columns if column != 'customer_id' %}
        {{ text_or_null(trim_blanks('raw_' ~ column)) }} as {{ column }},
        {%- endfor %}
        {{ customer_id_or_null(clean_customer_id(trim_blanks('raw_customer_id'))) }}
            as own_customer_id,
        contact_id
    from contacts_as_text
),

-- Contacts may give a country's name or its code.
countries_by_name as (
    select
        lower(country) as known_name,
        country_code,
        calling_code,
        trunk_prefix,
        shortest_number,
        longest_number
    from country_calling_codes
    union
    select
        lower(country_code) as known_name,
        country_code,
        calling_code,
        trunk_prefix,
        shortest_number,
        longest_number
    from country_calling_codes
    where country_code is not null
),

typed as (
    select
        cleaned.contact_id,
        coalesce(customer_aliases.belongs_to, cleaned.own_customer_id) as customer_id,
        {{ plain_address('cleaned.email') }} as email,
        cleaned.phone,
        {{ compact_phone('cleaned.phone') }} as compact_phone,
        cleaned.country,
        countries_by_name.country_code,
        countries_by_name.calling_code,
        countries_by_name.trunk_prefix,
        countries_by_name.shortest_number,
        countries_by_name.longest_number,
        countries_by_name.known_name is not null as is_known_country,
        upper(cleaned.postal_code) as postal_code,
        {{ plain_name('cleaned.first_name') }} as first_name,
        {{ plain_name('cleaned.last_name') }} as last_name,
        {{ consent('cleaned.email_consent') }} as has_email_consent,
        {{ consent('cleaned.sms_consent') }} as has_sms_consent,
        {{ consent('cleaned.ads_consent') }} as has_ads_consent,
        {{ is_unreadable_consent('cleaned.email_consent') }}
        or {{ is_unreadable_consent('cleaned.sms_consent') }}
        or {{ is_unreadable_consent('cleaned.ads_consent') }} as has_unreadable_consent
    from cleaned
    left join customer_aliases
        on cleaned.own_customer_id = customer_aliases.customer_id
    left join countries_by_name
        on lower(cleaned.country) = countries_by_name.known_name
),

-- A plus or two zeros mean that a country's calling code follows.
dialled as (
    select
        typed.*,
        case
            when compact_phone like '+%' then substr(compact_phone, 2)
            when compact_phone like '00%' then substr(compact_phone, 3)
        end as international_number,
        -- "Own" is the country that the contact names.
        case
            when compact_phone like '+' || calling_code || '%'
                then substr(compact_phone, length(calling_code) + 2)
            when compact_phone like '00' || calling_code || '%'
                then substr(compact_phone, length(calling_code) + 3)
        end as number_after_own_code,
        case
            when compact_phone like calling_code || '%'
                then substr(compact_phone, length(calling_code) + 1)
        end as number_after_bare_code
    from typed
),

zeros_after_code as (
    {{ zeros_after_code() }}
),

with_zeros_after_code as (
    select
        dialled.*,
        zeros_after_code.calling_code as code_before_zero,
        substr(dialled.international_number, length(zeros_after_code.code_and_zero) + 1)
            as number_after_zero,
        zeros_after_code.shortest_number as shortest_after_zero,
        zeros_after_code.longest_number as longest_after_zero
    from dialled
    left join zeros_after_code
        on dialled.international_number like zeros_after_code.code_and_zero || '%'
),

-- The trunk prefix is dialled only within a country: 07700 is +44 7700.
without_trunk_prefix as (
    select
        with_zeros_after_code.*,
        coalesce(compact_phone like trunk_prefix || '%', false) as has_trunk_prefix,
        case
            when number_after_own_code like trunk_prefix || '%'
                then substr(number_after_own_code, length(trunk_prefix) + 1)
            else number_after_own_code
        end as own_number,
        case
            when compact_phone like trunk_prefix || '%'
                then substr(compact_phone, length(trunk_prefix) + 1)
            else compact_phone
        end as national_number
    from with_zeros_after_code
),

measured as (
    select
        without_trunk_prefix.*,
        coalesce(length(own_number) between shortest_number and longest_number, false)
            as is_own_number,
        coalesce(length(national_number) between shortest_number and longest_number, false)
            as is_national_number,
        coalesce(
            length(number_after_zero) between shortest_after_zero and longest_after_zero, false
        ) as is_number_after_zero,
        coalesce(length(number_after_bare_code) between shortest_number and longest_number, false)
        and not has_trunk_prefix as is_number_after_bare_code
    from without_trunk_prefix
),

dialable as (
    select
        measured.*,
        case
            when regexp_extract(compact_phone, '^[+]?[0-9]+$', 0) = '' then null
            when own_number is not null
                then case when is_own_number then '+' || calling_code || own_number end
            -- The country is another one or is not named.
            when number_after_zero is not null
                then
                    case
                        when is_number_after_zero
                            then '+' || code_before_zero || number_after_zero
                    end
            -- Whether a (0) is then part of the number is unknown.
            when international_number is not null
                then case when phone not like '%(0)%' then '+' || international_number end
            -- Both readings are possible: the number is ambiguous.
            when is_national_number and is_number_after_bare_code then null
            when is_national_number then '+' || calling_code || national_number
            when is_number_after_bare_code then '+' || compact_phone
        end as dialable_phone
    from measured
),

normalised as (
    select
        contact_id,
        customer_id,
        case
            when {{ is_email_address('email') }} then email
        end as email,
        -- E.164: at most 15 digits, the first not 0.
        case
            when regexp_extract(dialable_phone, '^[+][1-9][0-9]{7,14}$', 0) <> ''
                then dialable_phone
        end as phone,
        right({{ replace_matches('compact_phone', '[^0-9]') }}, 9) as phone_end,
        country,
        country_code,
        postal_code,
        first_name,
        last_name,
        has_email_consent,
        has_sms_consent,
        has_ads_consent,
        email is not null as has_email_text,
        phone is not null as has_phone_text,
        country is not null and not is_known_country as has_unknown_country,
        has_unreadable_consent
    from dialable
),

checked as (
    select
        contact_id,
        customer_id,
        email,
        phone,
        country,
        country_code,
        postal_code,
        first_name,
        last_name,
        has_email_consent,
        has_sms_consent,
        has_ads_consent,
        has_email_text and email is null as has_malformed_email,
        case when phone is null and length(phone_end) = 9 then phone_end end as unread_phone_end,
        has_phone_text and phone is null as has_malformed_phone,
        has_unknown_country,
        has_unreadable_consent,
        email is not null
        or phone is not null
        or (
            first_name is not null
            and last_name is not null
            and country_code is not null
            and postal_code is not null
        ) as is_usable
    from normalised
)

select * from checked
