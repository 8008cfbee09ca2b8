-- Grain: one row per campaign that has not ended and reason why customers whom it was to contact
-- are not in the member file.
with recipients as (
    select * from {{ ref('int_campaign_recipients') }}
    where withheld_because is not null
),

left_out as (
    select
        campaign_id,
        withheld_because,
        cast(count(*) as integer) as customer_count
    from recipients
    group by 1, 2
)

select * from left_out
