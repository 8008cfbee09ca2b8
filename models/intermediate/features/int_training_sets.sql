-- Grain: one row per fit (as-of date and horizon), training cut-off and customer: the features at
-- the cut-off, and the actual orders and revenue within the horizon, as known at the as-of date of
-- the fit. All windows had ended by then. Each cut-off has a hash-based sample of at most about
-- 20,000 customers.
with as_of_dates as (
    select * from {{ ref('int_as_of_dates') }}
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
    where is_in_training
),

order_days as (
    select * from {{ ref('int_customers__order_days') }}
    where is_order_day
),

fits as (
    select
        as_of_dates.as_of_date,
        horizons.horizon_days
    from as_of_dates
    cross join as_of_dates as newest
    cross join (
        values ({{ whole_number_var('backtest_horizon_days', is_list=true) | join('), (') }})
    ) as horizons (horizon_days)
    where
        newest.is_current_fit
        and (
            as_of_dates.is_current_fit
            or (
                as_of_dates.is_backtest_cutoff
                and {{ dbt.datediff('as_of_dates.as_of_date', 'newest.as_of_date', 'day') }}
                >= horizons.horizon_days
            )
        )
),

-- All cut-offs whose windows had ended, numbered from the newest.
training_cutoffs as (
    select
        fits.as_of_date,
        fits.horizon_days,
        as_of_dates.as_of_date as cutoff_date,
        cast({{ dbt.dateadd('day', 'fits.horizon_days', 'as_of_dates.as_of_date') }} as date)
            as end_date,
        row_number() over (
            partition by fits.as_of_date, fits.horizon_days
            order by as_of_dates.as_of_date desc nulls last
        ) as newest_first
    from fits
    inner join as_of_dates
        on
            {{ dbt.datediff('as_of_dates.as_of_date', 'fits.as_of_date', 'day') }}
            >= fits.horizon_days
            -- A whole number of steps apart: other horizons add cut-offs in between.
            and (
                {{ dbt.datediff('as_of_dates.as_of_date', 'fits.as_of_date', 'day') }}
                - fits.horizon_days
            ) % {{ whole_number_var('backtest_step_days') }} = 0
            and (as_of_dates.is_backtest_cutoff or as_of_dates.is_training_cutoff)
),

customers as (
    select
        training_cutoffs.as_of_date,
        training_cutoffs.horizon_days,
        training_cutoffs.cutoff_date,
        training_cutoffs.end_date,
        feature_vectors.customer_id
    from training_cutoffs
    inner join feature_vectors
        on training_cutoffs.cutoff_date = feature_vectors.as_of_date
    where training_cutoffs.newest_first <= {{ whole_number_var('backtest_cutoffs') }}
),

outcomes as (
    select
        customers.as_of_date,
        customers.horizon_days,
        customers.cutoff_date,
        customers.customer_id,
        count(*) as actual_orders,
        sum(order_days.net_revenue) as actual_revenue
    from customers
    inner join order_days
        on
            customers.customer_id = order_days.customer_id
            and customers.cutoff_date <= order_days.order_date
            and customers.end_date > order_days.order_date
            and customers.as_of_date > order_days.valid_from_date
            and customers.as_of_date <= order_days.valid_to_date
    group by 1, 2, 3, 4
),

labelled as (
    select
        customers.as_of_date,
        customers.horizon_days,
        customers.cutoff_date,
        customers.customer_id,
        {% for feature in model_features() %}
        feature_vectors.{{ feature.name }},
        {%- endfor %}
        cast(coalesce(outcomes.actual_orders, 0) as integer) as actual_orders,
        cast(coalesce(outcomes.actual_revenue, 0) as decimal(18, 4)) as actual_revenue
    from customers
    inner join feature_vectors
        on
            customers.cutoff_date = feature_vectors.as_of_date
            and customers.customer_id = feature_vectors.customer_id
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
