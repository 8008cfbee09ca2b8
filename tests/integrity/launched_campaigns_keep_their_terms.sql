-- Launched campaigns whose dates, attribution days or control share in seeds/campaigns.csv changed
-- after the launch. A campaign is measured by the terms of its launch: add a changed campaign as a
-- new row.
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
