-- Grain: one row: the vars on fits, validated, for the Python models that fit.
select
    {%- if var('cluster_count') is none %}
    cast(null as integer) as cluster_count,
    {%- else %}
    cast({{ choice('cluster_count', [none, 2, 3, 4, 5, 6, 7, 8, 9, 10]) }} as integer)
        as cluster_count,
    {%- endif %}
    {{ number_var('cluster_correlation_limit', 0, 1) }} as correlation_limit,
    '{{ choice('refit', refit_choices()) }}' as refit
