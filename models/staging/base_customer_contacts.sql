-- Grain: one row per row of the contacts, each column as text, as in the input. Of the rows of an
-- erased customer only an address is left that others have too, as a refusal without a customer:
-- nobody writes to who asked to be forgotten.
-- depends_on: {{ ref('stg_erased_customers') }}
-- depends_on: {{ source('raw', 'customer_contacts') }}
with source_rows as (
    {{ read_customer_contacts() }}
),

-- Equal rows are numbered, so that an id depends on a row's content and not on its position.
numbered as (
    select
        source_rows.*,
        row_number() over (partition by line_hash order by line_hash nulls last) as occurrence
    from source_rows
),

{%- if has_erased_customers() %}

marked as (
    select
        numbered.*,
        erased_customers.id_token is not null as is_erased,
        {{ plain_address('numbered.raw_email') }} as plain_email,
        -- However a number is written, its end is the same.
        right({{ replace_matches('numbered.raw_phone', '[^0-9]') }}, 9) as phone_end
    from numbered
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on
            {{ erased_token(clean_customer_id(trim_blanks('numbered.raw_customer_id'))) }}
            = erased_customers.id_token
),

compared as (
    select
        marked.*,
        coalesce(plain_email <> '', false)
        and bool_or(not is_erased) over (partition by plain_email) as is_email_of_others,
        coalesce(phone_end <> '', false)
        and bool_or(not is_erased) over (partition by phone_end) as is_phone_of_others
    from marked
),

without_erased as (
    select
        case when is_erased then {{ erased_token('line_hash') }} else line_hash end as line_hash,
        occurrence,
        case when not is_erased then raw_customer_id end as raw_customer_id,
        -- Without a name or a note that may stand beside the address.
        case
            when not is_erased then raw_email
            when is_email_of_others then plain_email
        end as raw_email,
        case
            when not is_erased then raw_phone
            when is_phone_of_others then {{ replace_matches('raw_phone', '[^0-9+ ()./-]') }}
        end as raw_phone,
        case when not is_erased or is_phone_of_others then raw_country end as raw_country,
        {%- for column in ['postal_code', 'first_name', 'last_name'] %}
        case when not is_erased then raw_{{ column }} end as raw_{{ column }},
        {%- endfor %}
        {%- for channel in ['email', 'sms', 'ads'] %}
        case when is_erased then 'no' else raw_{{ channel }}_consent end
            as raw_{{ channel }}_consent{{ ',' if not loop.last }}
        {%- endfor %}
    from compared
    where
        not is_erased
        or is_email_of_others
        or is_phone_of_others
),
{%- endif %}

identified as (
    select
        line_hash || '-' || cast(occurrence as {{ dbt.type_string() }}) as contact_id,
        raw_customer_id,
        raw_email,
        raw_phone,
        raw_country,
        raw_postal_code,
        raw_first_name,
        raw_last_name,
        raw_email_consent,
        raw_sms_consent,
        raw_ads_consent
    from {{ 'without_erased' if has_erased_customers() else 'numbered' }}
)

select * from identified
