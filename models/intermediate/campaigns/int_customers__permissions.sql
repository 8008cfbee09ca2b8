-- Grain: one row per customer and channel: whether the customer may be contacted by it now. A
-- refusal or a suppression holds for all customers of the address or number.
with contacts as (
    select * from {{ ref('stg_customer_contacts__normalised') }}
),

chosen_contacts as (
    select * from {{ ref('stg_customer_contacts') }}
),

suppressed as (
    select
        suppressed_customers.person,
        channels.channel
    from {{ ref('stg_suppressed_customers') }} as suppressed_customers
    inner join (values ('email'), ('sms'), ('ads'), ('post')) as channels (channel)
        on channels.channel = coalesce(suppressed_customers.channel, channels.channel)
),

customers as (
    select customer_id from {{ ref('orders') }}
    where customer_id is not null
    union
    select customer_id from chosen_contacts
),

-- A customer consents only if every one of their rows says so. A row without a customer speaks for
-- its addresses alone.
consenting as (
    select
        contact_id,
        customer_id,
        email,
        phone,
        unread_phone_end,
        case
            when customer_id is null then has_email_consent
            else bool_and(has_email_consent) over (partition by customer_id)
        end as has_email_consent,
        case
            when customer_id is null then has_sms_consent
            else bool_and(has_sms_consent) over (partition by customer_id)
        end as has_sms_consent,
        case
            when customer_id is null then has_ads_consent
            else bool_and(has_ads_consent) over (partition by customer_id)
        end as has_ads_consent
    from contacts
),

-- What a row of the contacts speaks for. A number without its country may be any number that ends
-- like it: `end` is the end of a number that such a row reaches, `unread` the end of a number
-- without a country that other rows reach.
spoken_for as (
    select
        consenting.contact_id,
        kinds.channel,
        case kinds.kind
            when 'address' then 'mailto:' || consenting.email
            when 'number' then 'tel:' || consenting.phone
            when 'end' then 'end:' || consenting.unread_phone_end
            when 'unread' then 'unread:' || right(consenting.phone, 9)
        end as refuser,
        case kinds.channel
            when 'email' then consenting.has_email_consent
            when 'sms' then consenting.has_sms_consent
            when 'ads' then consenting.has_ads_consent
            when 'post' then true
        end as has_consent
    from consenting
    cross join (
        values
        ('address', 'email'),
        ('address', 'ads'),
        ('address', 'post'),
        ('number', 'sms'),
        ('number', 'ads'),
        ('number', 'post'),
        ('end', 'sms'),
        ('end', 'ads'),
        ('end', 'post'),
        ('unread', 'sms'),
        ('unread', 'ads'),
        ('unread', 'post')
    ) as kinds (kind, channel)
),

-- The contacts of those who are suppressed, by customer id, e-mail address or phone number.
suppressed_contacts as (
    select
        consenting.contact_id,
        consenting.customer_id,
        suppressed.channel
    from consenting
    inner join suppressed
        on consenting.customer_id = suppressed.person
    union
    select
        consenting.contact_id,
        consenting.customer_id,
        suppressed.channel
    from consenting
    inner join suppressed
        on consenting.email = suppressed.person
    union
    select
        consenting.contact_id,
        consenting.customer_id,
        suppressed.channel
    from consenting
    inner join suppressed
        on consenting.phone = suppressed.person
),

-- Who or what must not be contacted: a customer, an address or a number.
refusals as (
    select
        refuser,
        channel,
        false as is_suppressed
    from spoken_for
    where not has_consent
    union all
    select
        'id:' || person as refuser,
        channel,
        true as is_suppressed
    from suppressed
    union all
    select
        'id:' || customer_id as refuser,
        channel,
        true as is_suppressed
    from suppressed_contacts
    union all
    select
        spoken_for.refuser,
        spoken_for.channel,
        true as is_suppressed
    from spoken_for
    inner join suppressed_contacts
        on
            spoken_for.contact_id = suppressed_contacts.contact_id
            and spoken_for.channel = suppressed_contacts.channel
),

refused as (
    select
        refuser,
        channel,
        bool_or(is_suppressed) as is_suppressed
    from refusals
    where refuser is not null
    group by 1, 2
),

customer_keys as (
    select
        customer_id,
        'id:' || customer_id as refuser
    from customers
    union all
    select
        customer_id,
        'mailto:' || email as refuser
    from chosen_contacts
    where email is not null
    union all
    select
        customer_id,
        'tel:' || phone as refuser
    from chosen_contacts
    where phone is not null
    union all
    select
        customer_id,
        'end:' || right(phone, 9) as refuser
    from chosen_contacts
    where phone is not null
    union all
    select
        contacts.customer_id,
        number_kinds.kind || contacts.unread_phone_end as refuser
    from contacts
    cross join (values ('end:'), ('unread:')) as number_kinds (kind)
    where
        contacts.customer_id is not null
        and contacts.unread_phone_end is not null
),

refused_customers as (
    select
        customer_keys.customer_id,
        refused.channel,
        bool_or(refused.is_suppressed) as is_suppressed
    from customer_keys
    inner join refused
        on customer_keys.refuser = refused.refuser
    group by 1, 2
),

consents as (
    select
        customers.customer_id,
        channels.channel,
        -- Post needs no consent. Where no contacts are given, nobody is known to have consented.
        coalesce(
            case channels.channel
                when 'email' then chosen_contacts.has_email_consent
                when 'sms' then chosen_contacts.has_sms_consent
                when 'ads' then chosen_contacts.has_ads_consent
                when 'post' then true
            end,
            false
        ) as has_consent
    from customers
    cross join (values ('email'), ('sms'), ('ads'), ('post')) as channels (channel)
    left join chosen_contacts
        on customers.customer_id = chosen_contacts.customer_id
),

permissions as (
    select
        consents.customer_id,
        consents.channel,

        coalesce(refused_customers.is_suppressed, false) as is_suppressed,
        consents.has_consent and refused_customers.customer_id is null as is_allowed
    from consents
    left join refused_customers
        on
            consents.customer_id = refused_customers.customer_id
            and consents.channel = refused_customers.channel
)

select * from permissions
