-- Grain: one row per row of the contacts, each column as text, as in the input, except for erased
-- customers.
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
    from numbered
    {%- if has_erased_customers() %}
    left join {{ ref('stg_erased_customers') }} as erased_customers
        on
            {{ erased_token(clean_customer_id(trim_blanks('raw_customer_id'))) }}
            = erased_customers.id_token
    where erased_customers.id_token is null
    {%- endif %}
)

select * from identified
