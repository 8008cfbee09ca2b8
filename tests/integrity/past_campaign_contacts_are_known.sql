-- Rows of PAST_CAMPAIGN_CONTACTS whose address is that of no customer, by campaign and arm. They
-- are not counted. Give the customer ids, or the contacts that hold these addresses.
{{ config(severity='warn', tags=['campaigns']) }}

select
    campaign_id,
    assignment,
    count(*) as row_count
from {{ ref('stg_past_campaign_contacts') }}
where customer_id is null
group by 1, 2
