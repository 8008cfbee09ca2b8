-- Lines of a newest day that is more than a year after all other days, or more than 60 days and
-- three times as far as any two order days were apart. Without the var as_of_date, the newest line
-- determines the current date: one wrong date ahead would make every customer look lost. Set
-- as_of_date to the right date, and these lines are rejected as from_the_future.
-- A build of the campaigns alone launches campaigns, too.
{{ config(tags=['campaigns']) }}

with order_lines as (
    select * from {{ ref('int_order_lines__counted') }}
),

days_before_the_newest as (
    select row_count as day_count
    from {{ ref('data_quality') }}
    where
        check_name = 'days_before_the_newest_order_day'
        and is_in_doubt
),

newest as (
    select max(line_date) as line_date from order_lines
)

select
    order_lines.order_line_id,
    order_lines.order_id,
    order_lines.line_kind,
    order_lines.line_date,
    days_before_the_newest.day_count as days_after_all_others
from order_lines
inner join newest
    on order_lines.line_date = newest.line_date
cross join days_before_the_newest
