-- Grain: one row per fit (as-of date and horizon), training cut-off and customer of it: what was
-- known of the customer at the cut-off, and what came within the horizon, as known when the fit is
-- made. Every window had ended by then. Of each cut-off a sample by hash, of at most 20,000.
with int_as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

int_customers__feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
    where is_in_training
),

int_customers__order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

fits as (
    select
        int_as_of_dates.as_of_date,
        horizons.horizon_days
    from int_as_of_dates
    cross join int_as_of_dates as newest
    cross join (
        values ({{ whole_number_var('backtest_horizon_days', is_list=true) | join('), (') }})
    ) as horizons (horizon_days)
    where
        newest.is_current
        and (
            int_as_of_dates.is_current
            or (
                int_as_of_dates.is_backtest_cutoff
                and {{ dbt.datediff('int_as_of_dates.as_of_date', 'newest.as_of_date', 'day') }}
                >= horizons.horizon_days
            )
        )
),

-- The newest cut-offs whose windows had ended.
training_cutoffs as (
    select
        fits.as_of_date,
        fits.horizon_days,
        int_as_of_dates.as_of_date as cutoff_date,
        cast({{ dbt.dateadd('day', 'fits.horizon_days', 'int_as_of_dates.as_of_date') }} as date)
            as end_date,
        row_number() over (
            partition by fits.as_of_date, fits.horizon_days
            order by int_as_of_dates.as_of_date desc nulls last
        ) as newest_first
    from fits
    inner join int_as_of_dates
        on
            {{ dbt.datediff('int_as_of_dates.as_of_date', 'fits.as_of_date', 'day') }}
            >= fits.horizon_days
            -- Whole steps apart, whatever cut-offs other horizons add.
            and (
                {{ dbt.datediff('int_as_of_dates.as_of_date', 'fits.as_of_date', 'day') }}
                - fits.horizon_days
            ) % {{ whole_number_var('backtest_step_days') }} = 0
            and (int_as_of_dates.is_backtest_cutoff or int_as_of_dates.is_training_cutoff)
),

customers as (
    select
        training_cutoffs.as_of_date,
        training_cutoffs.horizon_days,
        training_cutoffs.cutoff_date,
        training_cutoffs.end_date,
        int_customers__feature_vectors.customer_id
    from training_cutoffs
    inner join int_customers__feature_vectors
        on training_cutoffs.cutoff_date = int_customers__feature_vectors.as_of_date
    where training_cutoffs.newest_first <= {{ whole_number_var('backtest_cutoffs') }}
),

outcomes as (
    select
        customers.as_of_date,
        customers.horizon_days,
        customers.cutoff_date,
        customers.customer_id,
        count(*) as actual_orders,
        sum(int_customers__order_days.net_revenue) as actual_revenue
    from customers
    inner join int_customers__order_days
        on
            customers.customer_id = int_customers__order_days.customer_id
            and customers.cutoff_date <= int_customers__order_days.order_date
            and customers.end_date > int_customers__order_days.order_date
            and customers.as_of_date > int_customers__order_days.valid_from_date
            and customers.as_of_date <= int_customers__order_days.valid_to_date
    group by 1, 2, 3, 4
),

labelled as (
    select
        customers.as_of_date,
        customers.horizon_days,
        customers.cutoff_date,
        customers.customer_id,
        {% for feature in model_features() %}
        int_customers__feature_vectors.{{ feature.name }},
        {%- endfor %}
        cast(coalesce(outcomes.actual_orders, 0) as integer) as actual_orders,
        cast(coalesce(outcomes.actual_revenue, 0) as decimal(18, 4)) as actual_revenue
    from customers
    inner join int_customers__feature_vectors
        on
            customers.cutoff_date = int_customers__feature_vectors.as_of_date
            and customers.customer_id = int_customers__feature_vectors.customer_id
    left join outcomes
        on
            customers.as_of_date = outcomes.as_of_date
            and customers.horizon_days = outcomes.horizon_days
            and customers.cutoff_date = outcomes.cutoff_date
            and customers.customer_id = outcomes.customer_id
),

training_sets as (
    select
        labelled.*,
        {{ value_tier('actual_revenue', 'as_of_date, horizon_days, cutoff_date') }} as actual_tier
    from labelled
)

select * from training_sets
