-- Grain: one row per audience, as-of date at which every customer is scored, and customer of the
-- audience. An invalid row stops the build with the name of its audience.
{{- stop_at_unlisted_audience() }}
with audiences as (
    {%- for name in audience_names() %}
    select
        '{{ name }}' as audience,
        cast(audience_{{ name }}.as_of_date as date) as as_of_date,
        audience_{{ name }}.customer_id,
        try_cast(audience_{{ name }}.priority as integer) as priority,
        audience_{{ name }}.reason
    from {{ ref('audience_' ~ name) }} as audience_{{ name }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

audience_customers as (
    select * from {{ ref('int_audience_customers') }}
),

judged as (
    select
        audiences.*,
        case
            when audiences.customer_id is null then 'customer_id is missing'
            when audiences.as_of_date is null then 'as_of_date is missing'
            when audience_customers.customer_id is null
                then
                    'is no customer as of this date, or everyone is not scored then: take '
                    || 'customers and dates from int_audience_customers'
            when audiences.priority is null then 'priority is missing, or no whole number'
            when audiences.reason is null then 'reason is missing'
            when
                count(*) over (
                    partition by
                        audiences.audience, audiences.as_of_date, audiences.customer_id
                ) > 1
                then 'stands in more than one row'
        end as problem
    from audiences
    left join audience_customers
        on
            audiences.as_of_date = audience_customers.as_of_date
            and audiences.customer_id = audience_customers.customer_id
),

checked as (
    select
        audience,
        as_of_date,
        customer_id,
        priority,
        reason
    from judged
    where
        case
            when problem is null then true
            else {{ stop_with(
                "'audience_' || audience || ', customer ' || coalesce(customer_id, '?')"
                ~ " || ' as of ' || coalesce(cast(as_of_date as " ~ dbt.type_string()
                ~ "), '?') || ': ' || problem"
            ) }}
        end
)

select * from checked
