-- What `make build` prints. Each query's first line is its title.

-- The input, by data_quality:
select
    check_group,
    check_name,
    row_count,
    unit,
    round(amount, 2) as amount,
    case when is_in_doubt then advice end as look_at_this,
    case when is_in_doubt then example end as example
from data_quality
where row_count > 0 or is_in_doubt
order by check_number;

-- Revenue by segment, now:
select
    as_of_date,
    label,
    customer_count,
    round(100 * customer_share, 1) as customer_percent,
    round(net_revenue, 2) as net_revenue,
    round(100 * revenue_share, 1) as revenue_percent,
    round(net_revenue_365d, 2) as net_revenue_365d,
    round(average_order_value, 2) as average_order_value
from revenue_by_segment
where is_current
order by priority;

-- Predicted value, by value tier:
select
    as_of_date,
    value_tier,
    customer_count,
    round(100 * customer_share, 1) as customer_percent,
    round(clv, 2) as clv,
    round(100 * clv_share, 1) as clv_percent,
    round(lowest_clv, 2) as from_clv,
    round(100 * mean_churn_risk, 1) as mean_churn_risk_percent
from value_tiers
order by tier_rank;

-- Rows of the customer contacts that were not used, or not in full (rejected_customer_contacts):
select
    rejection_reason,
    count(*) as row_count,
    count(*) filter (where is_left_out) as left_out_count
from rejected_customer_contacts
group by rejection_reason
order by row_count desc, rejection_reason;

-- Campaigns (campaign_targets has the lists, the manifest in the exports folder says which files are current):
select
    campaign_plan.campaign_id,
    case
        when campaign_plan.status = 'planned' and campaign_plan.launch_date <= current_date
            then 'waits for order lines'
        else campaign_plan.status
    end as status,
    campaign_plan.launch_date,
    campaign_plan.audience_count,
    campaign_plan.treated_count,
    campaign_plan.control_count,
    round(campaign_plan.expected_return, 2) as expected_return,
    case when campaign_results.treated_count > 0 then round(campaign_results.incremental_revenue, 2) end
        as incremental_revenue,
    campaign_results.verdict as result
from campaign_plan
left join campaign_results
    on campaign_plan.campaign_id = campaign_results.campaign_id and campaign_results.scope = 'campaign'
order by campaign_plan.launch_date, campaign_plan.campaign_id;
