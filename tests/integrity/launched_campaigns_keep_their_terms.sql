-- A campaign that has been launched is measured by the terms of its launch: days and control share
-- in seeds/campaigns.csv must stay as they were. Put a changed campaign into a row of its own.
with launched as (
    select distinct
        campaign_id,
        launch_date,
        end_date,
        control_share,
        attribution_days
    from {{ ref('campaign_assignments') }}
)

select
    launched.campaign_id,
    launched.launch_date,
    campaigns.launch_date as launch_date_in_seed,
    launched.end_date,
    campaigns.end_date as end_date_in_seed,
    launched.control_share,
    campaigns.control_share as control_share_in_seed,
    launched.attribution_days,
    campaigns.attribution_days as attribution_days_in_seed
from launched
inner join {{ ref('int_campaigns') }} as campaigns
    on launched.campaign_id = campaigns.campaign_id
where
    launched.launch_date <> campaigns.launch_date
    or launched.end_date <> campaigns.end_date
    or launched.control_share <> campaigns.control_share
    or launched.attribution_days <> campaigns.attribution_days
