-- Purchase models without a fit for the current date. Without a fit, customers have no clv.
{{ config(severity='warn') }}

select
    clv_parameters.as_of_date,
    clv_parameters.model,
    clv_parameters.clock,
    clv_parameters.status,
    clv_parameters.reason
from {{ ref('clv_parameters') }} as clv_parameters
inner join {{ ref('int_as_of_dates') }} as as_of_dates
    on
        clv_parameters.as_of_date = as_of_dates.as_of_date
        and as_of_dates.is_current
where clv_parameters.status not in ('ok', 'at_bound')
