-- Grain: one row per audience, as-of date that is scored in full, and customer of the audience.
-- depends_on: {{ ref('int_audience_customers') }}
-- depends_on: {{ ref('order_lines') }}
-- depends_on: {{ ref('orders') }}
-- depends_on: {{ ref('products') }}
with audiences as (
    {{ union_audiences() }}
)

select * from audiences
