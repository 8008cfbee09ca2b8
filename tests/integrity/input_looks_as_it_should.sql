-- What in the input is worth a look before anyone relies on the marts, and what to do about it: a
-- warning, not a failure.
{{ config(severity='warn') }}

select
    check_name,
    row_count,
    row_share,
    advice
from {{ ref('data_quality') }}
where is_in_doubt
