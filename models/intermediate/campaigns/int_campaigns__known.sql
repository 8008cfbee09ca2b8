-- Grain: one row per campaign and launch date that it had in the seed, with the as-of date of the
-- first build that knew it. A launch before that date came without a list of this project. Rows are
-- only ever added.
-- What follows from here cannot be undone, so the tests that judge the input come first: dbt runs a
-- test before a model only where all that the test reads comes before the model.
-- depends_on: {{ ref('data_quality') }}
-- depends_on: {{ ref('rejected_order_lines') }}
-- depends_on: {{ ref('customers') }}
-- depends_on: {{ ref('revenue_by_segment') }}
-- depends_on: {{ ref('monthly_revenue') }}
-- depends_on: {{ ref('products') }}
-- depends_on: {{ ref('cohort_retention') }}
-- depends_on: {{ ref('customer_lifecycle') }}
-- depends_on: {{ ref('revenue_percentiles') }}
-- A fault of the contacts or of the lists of people would leave a launch without its list.
-- depends_on: {{ ref('stg_suppressed_customers') }}
-- depends_on: {{ ref('stg_past_campaign_contacts') }}
-- depends_on: {{ ref('int_customers__permissions') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false
) }}

with campaign_terms as (
    select * from {{ ref('stg_campaigns') }}
),

newest_date as (
    select {{ launch_clock('as_of_date') }} as as_of_date
    from {{ ref('int_as_of_dates') }}
    where is_current
),

known as (
    select
        campaign_terms.campaign_id,

        campaign_terms.launch_date,
        newest_date.as_of_date as known_since_date
    from campaign_terms
    cross join newest_date
)

select known.*
from known
{%- if is_incremental() %}
left join {{ this }} as known_before
    on
        known.campaign_id = known_before.campaign_id
        and known.launch_date = known_before.launch_date
where known_before.campaign_id is null
{%- endif %}
