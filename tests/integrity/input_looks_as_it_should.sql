-- What in the input is worth a look before anyone relies on the marts: a warning, not a failure.
{{ config(severity='warn') }}

with data_quality as (
    select * from {{ ref('data_quality') }}
),

doubts as (
    select
        check_name,
        row_count,
        row_share,
        case
            when check_name = 'lines' and row_count = 0
                then 'The input holds no line.'
            when check_group = 'rejected' and check_name <> 'duplicate' and row_share > 0.05e0
                then 'More than 5 % of the lines are rejected for this reason. ' || description
            when check_name = 'duplicate' and row_share > 0.2e0
                then 'More than 20 % of the lines stand twice: if all are purchases, keep them.'
            when check_name = 'orders_of_shared_ids' and row_share > 0.05e0
                then 'More than 5 % of the orders share their id with another customer.'
            when check_name = 'days_before_the_newest_order_day' and row_count > 90
                then 'The newest order day stands apart: if its date is wrong, set as_of_date.'
        end as doubt
    from data_quality
)

select * from doubts
where doubt is not null
