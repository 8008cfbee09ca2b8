-- Without a fit for the current date customers have no clv; the reason says what is missing.
{{ config(severity='warn') }}

select
    clv_parameters.as_of_date,
    clv_parameters.model,
    clv_parameters.clock,
    clv_parameters.status,
    clv_parameters.reason
from {{ ref('clv_parameters') }} as clv_parameters
inner join {{ ref('int_as_of_dates') }} as int_as_of_dates
    on
        clv_parameters.as_of_date = int_as_of_dates.as_of_date
        and int_as_of_dates.is_current
where clv_parameters.status not in ('ok', 'at_bound')
