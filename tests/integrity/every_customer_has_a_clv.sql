-- Customers with an order day, but without a churn risk from the selected purchase model, by as-of
-- date that is scored in full and horizon, if the model was fitted at the date.
with expected as (
    select
        purchase_summary.as_of_date,
        purchase_summary.customer_id,
        horizons.horizon_days
    from {{ ref('int_customers__purchase_summary') }} as purchase_summary
    inner join {{ ref('int_clv_candidates') }} as candidates
        on
            purchase_summary.as_of_date = candidates.as_of_date
            and candidates.is_scored_in_full
    inner join {{ ref('clv_model_selection') }} as choice
        on
            candidates.model = choice.model
            and choice.is_selected
    cross join (values ({{ clv_horizons() | join('), (') }})) as horizons (horizon_days)
),

scored as (
    select
        as_of_date,
        customer_id,
        horizon_days,
        churn_risk
    from {{ ref('int_customers__clv') }}
)

select
    expected.as_of_date,
    expected.customer_id,
    expected.horizon_days,
    scored.churn_risk
from expected
left join scored
    on
        expected.as_of_date = scored.as_of_date
        and expected.customer_id = scored.customer_id
        and expected.horizon_days = scored.horizon_days
where scored.churn_risk is null
