-- Grain: one row per as-of date, horizon and candidate: how far from the seeds' centre.
--
-- The distance is one-sided. A customer who lies beyond the centre, seen from everyone, is not less
-- like the seeds: whose orders are larger than theirs does not lack larger orders.
with int_lookalikes__customers as (
    select * from {{ ref('int_lookalikes__customers') }}
    where is_candidate
),

int_lookalikes__centres as (
    select * from {{ ref('int_lookalikes__centres') }}
),

int_customers__feature_vectors as (
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

-- Each feature in standard deviations from everyone's mean.
candidates as (
    select
        int_lookalikes__customers.as_of_date,
        int_lookalikes__customers.horizon_days,
        int_lookalikes__customers.customer_id,
        int_lookalikes__customers.value_tier,
        {%- for feature in features_used_by('lookalikes') %}
        coalesce(round(
            (int_customers__feature_vectors.{{ feature.name }} - centres.{{ feature.name }}_mean)
            / nullif(centres.{{ feature.name }}_deviation, 0e0), 9
        ), 0e0) as {{ feature.name }},
        centres.{{ feature.name }}_difference,
        centres.{{ feature.name }}_weight,
        {%- endfor %}
        int_lookalikes__customers.is_current
    from int_lookalikes__customers
    inner join int_customers__feature_vectors
        on
            int_lookalikes__customers.as_of_date = int_customers__feature_vectors.as_of_date
            and int_lookalikes__customers.customer_id = int_customers__feature_vectors.customer_id
    inner join centres
        on
            int_lookalikes__customers.as_of_date = centres.as_of_date
            and int_lookalikes__customers.horizon_days = centres.horizon_days
),

-- What is shared with the seeds: as far as both differ from everyone in the same direction.
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
