-- Grain: one row per e-mail address that may be used.
with customers as (
    select * from {{ ref('customers') }}
),

reachable_customers as (
    select * from {{ ref('int_customers__reachable') }}
    where is_email_allowed
),

candidates as (
    select
        reachable.email,
        -- The tool applies one consent to a whole file, so it gets no number without consent.
        case when reachable.is_sms_allowed then {{ phone_uri('reachable.phone') }} end
            as phone_number,
        reachable.first_name,
        reachable.last_name,
        reachable.country_code,

        customers.customer_id,
        customers.segment,
        customers.value_tier,
        customers.churn_risk_band,

        customers.order_count,
        customers.net_revenue,
        customers.clv,

        reachable.is_in_holdout,

        customers.last_order_date,
        customers.as_of_date,
        -- Of several customers with one address, the profile is that of the last to order.
        row_number() over (
            partition by reachable.email
            order by
                customers.last_order_date desc nulls last,
                customers.customer_id asc nulls last
        ) as place_at_address
    from customers
    inner join reachable_customers as reachable
        on customers.customer_id = reachable.customer_id
),

profiles as (
    select
        email,
        phone_number,
        first_name,
        last_name,
        country_code,

        customer_id,
        segment,
        value_tier,
        churn_risk_band,

        order_count,
        net_revenue,
        clv,

        is_in_holdout,

        last_order_date,
        as_of_date
    from candidates
    where place_at_address = 1
)

select * from profiles
