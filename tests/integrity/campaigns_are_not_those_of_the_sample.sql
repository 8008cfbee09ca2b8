-- Fails if the project's own campaigns, which are for its sample, are used with other order lines.
-- Replace them in seeds/campaigns.csv, or keep its header only; do the same with
-- campaign_variants.csv and suppressed_customers.csv.
{{ config(severity='warn') }}

select
    campaign_id,
    launch_date
from {{ ref('int_campaigns') }}
where
    {{ 'false' if order_lines_input().path.endswith('sample_order_lines.csv') else 'true' }}
    and {{ 'true' if order_lines_input().path else 'false' }}
    and campaign_id in (
        'vip_care_2024', 'win_back_2024', 'second_order_2024', 'upgrade_2024', 'reactivation_2025',
        'overdue_2025'
    )
