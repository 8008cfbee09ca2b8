-- Checks of the input that are in doubt, with advice. Look at them before you rely on the marts. It
-- is a warning, not a failure.
{{ config(severity='warn') }}

select
    check_name,
    row_count,
    row_share,
    advice
from {{ ref('data_quality') }}
where is_in_doubt
