-- Grain: one row per customer with an order day, as of now: the published churn risk, and what
-- raises it.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_current
),

features as (
    select customer_features.*
    from {{ ref('int_customers__features') }} as customer_features
    inner join as_of_dates
        on customer_features.as_of_date = as_of_dates.as_of_date
),

logistic_scores as (
    select churn_scores.*
    from {{ ref('int_churn__scores') }} as churn_scores
    inner join as_of_dates
        on churn_scores.as_of_date = as_of_dates.as_of_date
    where churn_scores.horizon_days = {{ churn_horizon_days() }}
),

customer_clv as (
    select customer_clv.*
    from {{ ref('int_customers__clv') }} as customer_clv
    inner join as_of_dates
        on customer_clv.as_of_date = as_of_dates.as_of_date
    where customer_clv.horizon_days = {{ churn_horizon_days() }}
),

published_model as (
    select * from {{ ref('int_model_selection') }}
    where
        is_current
        and purpose = 'churn'
        and is_selected
),

churn_parts as (
    select * from {{ ref('int_customers__churn_parts') }}
),

joined as (
    select
        features.as_of_date,
        features.customer_id,
        published_model.model as churn_risk_source,
        case
            when published_model.kind = 'purchase_model' then customer_clv.churn_risk
            when published_model.model = 'logistic' then logistic_scores.churn_risk
            else logistic_scores.seasonal_churn_risk
        end as churn_risk,
        {% for topic in churn_topics() %}
        -- A part that raises the odds by less than about a tenth is no reason.
        case
            when churn_parts.{{ topic.name }}_part >= 0.1e0
                then churn_parts.{{ topic.name }}_part
            else 0e0
        end as {{ topic.name }}_part,
        {%- endfor %}
        features.days_until_overdue
    from features
    left join published_model
        on true
    left join logistic_scores
        on features.customer_id = logistic_scores.customer_id
    left join customer_clv
        on features.customer_id = customer_clv.customer_id
    left join churn_parts
        on features.customer_id = churn_parts.customer_id
),

{%- set parts = [] -%}
{%- for topic in churn_topics() -%}
    {%- do parts.append({
        'contribution': 'round(' ~ topic.name ~ '_part, 9)', 'words': "'" ~ topic.reason ~ "'"
    }) -%}
{%- endfor %}

{{ strongest_features('joined', parts) }}

churn as (
    select
        as_of_date,
        customer_id,
        churn_risk,
        churn_risk_source,
        case
            when churn_risk < 0.25e0 then 'low'
            when churn_risk < 0.5e0 then 'medium'
            when churn_risk < 0.75e0 then 'high'
            when churn_risk is not null then 'very_high'
        end as churn_risk_band,
        days_until_overdue,
        reason_1 as churn_reason_1,
        reason_2 as churn_reason_2,
        reason_3 as churn_reason_3
    from strongest_features
)

select * from churn
