-- Planned campaigns whose treatment, control and suppressed customers do not add up to the current
-- audience. A launched campaign keeps its list even if the audience changes:
-- tests/python/test_campaigns.py compares it with the audience at launch.
with members as (
    select
        campaigns.campaign_id,
        count(*) as customer_count
    from {{ ref('int_campaigns') }} as campaigns
    inner join {{ ref('int_audiences') }} as audiences
        on
            campaigns.audience = audiences.audience
            and campaigns.audience_as_of = audiences.as_of_date
    where not campaigns.is_launched
    group by 1
),

targets as (
    select
        campaign_id,
        count(*) as customer_count,
        sum(case when assignment is not null then 1 else 0 end)
        + sum(case when suppressed_because is not null then 1 else 0 end) as told_count
    from {{ ref('campaign_targets') }}
    where not is_launched
    group by 1
)

select
    coalesce(members.campaign_id, targets.campaign_id) as campaign_id,
    members.customer_count as member_count,
    targets.customer_count,
    targets.told_count
from members
full outer join targets
    on members.campaign_id = targets.campaign_id
where
    coalesce(members.customer_count, 0) <> coalesce(targets.customer_count, 0)
    or targets.customer_count <> targets.told_count
