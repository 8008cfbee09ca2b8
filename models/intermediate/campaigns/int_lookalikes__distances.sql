-- Grain: one row per as-of date, horizon and candidate: the distance to the seeds' centre.
--
-- The distance is one-sided: a candidate who exceeds the centre, in the direction in which the
-- seeds differ from all customers, has no distance in that feature. If seeds have large orders, a
-- candidate with still larger orders is not less like them.
with lookalike_customers as (
    select * from {{ ref('int_lookalikes__customers') }}
    where is_candidate
),

int_lookalikes__centres as (
    select * from {{ ref('int_lookalikes__centres') }}
),

feature_vectors as (
    select * from {{ ref('int_customers__feature_vectors') }}
),

centres as (
    select
        as_of_date,
        {%- for feature in features_used_by('lookalikes') %}
        max(case when feature = '{{ feature.name }}' then feature_mean end)
            as {{ feature.name }}_mean,
        max(case when feature = '{{ feature.name }}' then feature_deviation end)
            as {{ feature.name }}_deviation,
        coalesce(
            max(case when feature = '{{ feature.name }}' then standardised_difference end), 0e0
        ) as {{ feature.name }}_difference,
        coalesce(max(case when feature = '{{ feature.name }}' then weight end), 0e0)
            as {{ feature.name }}_weight,
        {%- endfor %}
        horizon_days
    from int_lookalikes__centres
    group by as_of_date, horizon_days
),

-- Each feature in standard deviations from the mean of all customers.
candidates as (
    select
        lookalike_customers.as_of_date,
        lookalike_customers.horizon_days,
        lookalike_customers.customer_id,
        lookalike_customers.value_tier,
        {%- for feature in features_used_by('lookalikes') %}
        coalesce(round(
            (feature_vectors.{{ feature.name }} - centres.{{ feature.name }}_mean)
            / nullif(centres.{{ feature.name }}_deviation, 0e0), 9
        ), 0e0) as {{ feature.name }},
        centres.{{ feature.name }}_difference,
        centres.{{ feature.name }}_weight,
        {%- endfor %}
        lookalike_customers.is_current
    from lookalike_customers
    inner join feature_vectors
        on
            lookalike_customers.as_of_date = feature_vectors.as_of_date
            and lookalike_customers.customer_id = feature_vectors.customer_id
    inner join centres
        on
            lookalike_customers.as_of_date = centres.as_of_date
            and lookalike_customers.horizon_days = centres.horizon_days
),

-- What a candidate shares with the seeds in a feature: how far both differ from all customers in
-- the same direction.
measured as (
    select
        candidates.*,
        {%- for feature in features_used_by('lookalikes') %}
        round({{ feature.name }}_weight * greatest(least(
            {{ feature.name }} * sign({{ feature.name }}_difference),
            abs({{ feature.name }}_difference)
        ), 0e0), 9) as {{ feature.name }}_shared,
        {%- endfor %}
        round(sqrt(
            {%- for feature in features_used_by('lookalikes') %}
            {{ '+ ' if not loop.first }}{{ feature.name }}_weight * power(greatest(
                ({{ feature.name }}_difference - {{ feature.name }})
                * sign({{ feature.name }}_difference), 0e0
            ), 2)
            {%- endfor %}
        ), 9) as distance
    from candidates
),

{%- set shared = [] -%}
{%- for feature in features_used_by('lookalikes') -%}
    {%- do shared.append({
        'contribution': feature.name ~ '_shared',
        'words': "case when " ~ feature.name ~ "_difference > 0e0 then '" ~ feature.more
            ~ "' else '" ~ feature.less ~ "' end",
    }) -%}
{%- endfor %}

{{ strongest_features('measured', shared, places=2) }}

ranked as (
    select
        as_of_date,
        horizon_days,
        customer_id,
        value_tier,
        distance,
        cast(row_number() over (
            partition by as_of_date, horizon_days
            order by distance asc nulls last, customer_id asc nulls last
        ) as integer) as similarity_rank,
        cast(count(*) over (partition by as_of_date, horizon_days) as double) as candidate_count,
        reason_1,
        reason_2,
        is_current
    from strongest_features
),

distances as (
    select
        as_of_date,
        horizon_days,
        customer_id,
        value_tier,
        distance,
        similarity_rank,
        reason_1,
        reason_2,
        cast(similarity_rank as double)
        <= {{ number_var('lookalike_share', lowest=0, highest=1) }} * candidate_count + 1e-9
            as is_lookalike,
        is_current
    from ranked
)

select * from distances
