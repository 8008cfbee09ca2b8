{#-
    A select of the quantities that returns take back from sales: customer_id, product_id,
    sale_number, return_number, quantity. It reads two relations of the surrounding query, both with
    customer_id, product_id and quantity: `sales`, numbered in order of time by sale_number; and
    `returns`, numbered by return_number, with the sale_number of the latest sale before each.

    A return is matched with the latest sale before it that still has the whole quantity. If there
    is none, it is matched with the remaining quantities of the latest sales, newest first, until
    its quantity is covered; or with nothing if all of them together do not cover it. A matched
    quantity is not available to later returns, so that returns are processed one after the other,
    by a fold over the list of sales.

    Each step first computes `taken`: the newest and the oldest sale of the match, and the quantity
    that remains of the oldest. Of the sales newer than the oldest, nothing remains. `taken` is null
    if the return has no match.
-#}
{% macro match_returns(sales, returns) %}
    {{- return(adapter.dispatch('match_returns', 'customer_value')(sales, returns)) -}}
{% endmacro %}


{#-
    DuckDB's reduce requires that items have the type of the result, so that a return also has lists
    of sales and of takes, which are empty. A step of a fold is slow, but sums are fast: a return
    over several sales is searched among the latest hundred sales, if these cover its quantity.
-#}
{% macro duckdb__match_returns(sales, returns) %}
    with sale_lists as (
        select
            customer_id,
            product_id,
            list({
                'sale_number': sale_number,
                'quantity': quantity
            } order by sale_number desc nulls last) as sales
        from {{ sales }}
        group by 1, 2
    ),

    return_lists as (
        select
            customer_id,
            product_id,
            list({
                'return_number': return_number,
                'sale_number': sale_number,
                'quantity': quantity,
                'sales': cast([] as struct(sale_number bigint, quantity decimal(18, 4))[]),
                'takes': cast([] as struct(
                    sale_number bigint, return_number bigint, quantity decimal(18, 4)
                )[])
            } order by return_number nulls last) as returns
        from {{ returns }}
        group by 1, 2
    ),

    folded as (
        select
            customer_id,
            product_id,
            unnest(reduce(
                returns,
                lambda state, back: [
                    {
                        'return_number': null,
                        'sale_number': null,
                        'quantity': null,
                        'sales': [
                            {
                                'sale_number': sale.sale_number,
                                'quantity': case
                                    when sale.sale_number = taken.oldest then taken.remains
                                    when sale.sale_number between taken.oldest and taken.newest
                                        then 0
                                    else sale.quantity
                                end
                            }
                            for sale in state.sales
                        ],
                        'takes': state.takes || [
                            {
                                'sale_number': sale.sale_number,
                                'return_number': back.return_number,
                                'quantity': case
                                    when sale.sale_number = taken.oldest
                                        then sale.quantity - taken.remains
                                    else sale.quantity
                                end
                            }
                            for sale in list_filter(
                                state.sales,
                                lambda sale: sale.quantity > 0
                                and sale.sale_number between taken.oldest and taken.newest
                            )
                        ]
                    }
                    for taken in [coalesce(
                        [
                            {
                                'oldest': sale.sale_number,
                                'newest': sale.sale_number,
                                'remains': sale.quantity - back.quantity
                            }
                            for sale in list_filter(
                                state.sales,
                                lambda sale: sale.quantity >= back.quantity
                                and sale.sale_number <= back.sale_number
                            )[:1]
                        ][1],
                        [
                            {
                                'oldest': last.sale_number,
                                'newest': back.sale_number,
                                'remains': -last.quantity
                            }
                            -- The last sale of the match, with the quantity still missing after
                            -- it: 0, or minus the quantity that remains of the sale.
                            for last in [reduce(
                                [
                                    list_filter(
                                        [before[:100], before],
                                        lambda latest: back.quantity
                                        <= list_sum([sale.quantity for sale in latest])
                                    )[1]
                                    for before in [list_filter(
                                        state.sales,
                                        lambda sale: sale.quantity > 0
                                        and sale.sale_number <= back.sale_number
                                    )]
                                ][1],
                                lambda missing, sale: case
                                    when missing.quantity > 0 then {
                                        'sale_number': sale.sale_number,
                                        'quantity': missing.quantity - sale.quantity
                                    }
                                    else missing
                                end,
                                {'sale_number': null, 'quantity': back.quantity}
                            )]
                            if last is not null
                        ][1]
                    )]
                ][1],
                {
                    'return_number': null,
                    'sale_number': null,
                    'quantity': null,
                    'sales': sales,
                    'takes': []
                }
            ).takes) as take
        from sale_lists
        inner join return_lists using (customer_id, product_id)
    )

    select
        customer_id,
        product_id,
        take.sale_number,
        take.return_number,
        take.quantity
    from folded
{% endmacro %}


{% macro spark__match_returns(sales, returns) %}
    with sale_lists as (
        select
            customer_id,
            product_id,
            sort_array(array_agg(named_struct(
                'sale_number', sale_number,
                'quantity', quantity
            )), false) as sales
        from {{ sales }}
        group by 1, 2
    ),

    return_lists as (
        select
            customer_id,
            product_id,
            sort_array(array_agg(named_struct(
                'return_number', return_number,
                'sale_number', sale_number,
                'quantity', quantity
            ))) as returns
        from {{ returns }}
        group by 1, 2
    ),

    folded as (
        select
            customer_id,
            product_id,
            explode(aggregate(
                returns,
                named_struct(
                    'sales', sales,
                    'takes', cast(array() as array<struct<
                        sale_number: bigint, return_number: bigint, quantity: decimal(18, 4)
                    >>)
                ),
                (state, back) -> element_at(transform(
                    array(coalesce(
                        get(transform(
                            slice(filter(
                                state.sales,
                                sale -> sale.quantity >= back.quantity
                                and sale.sale_number <= back.sale_number
                            ), 1, 1),
                            sale -> named_struct(
                                'oldest', sale.sale_number,
                                'newest', sale.sale_number,
                                'remains', cast(sale.quantity - back.quantity as decimal(18, 4))
                            )
                        ), 0),
                        -- The last sale of the match, with the quantity still missing after it: 0,
                        -- or minus the quantity that remains of the sale.
                        aggregate(
                            filter(
                                state.sales,
                                sale -> sale.quantity > 0 and sale.sale_number <= back.sale_number
                            ),
                            named_struct(
                                'sale_number', cast(null as bigint),
                                'quantity', back.quantity
                            ),
                            (missing, sale) -> case
                                when missing.quantity > 0 then named_struct(
                                    'sale_number', sale.sale_number,
                                    'quantity',
                                    cast(missing.quantity - sale.quantity as decimal(18, 4))
                                )
                                else missing
                            end,
                            last -> case when last.quantity <= 0 then named_struct(
                                'oldest', last.sale_number,
                                'newest', back.sale_number,
                                'remains', cast(-last.quantity as decimal(18, 4))
                            ) end
                        )
                    )),
                    taken -> named_struct(
                        'sales', transform(
                            state.sales,
                            sale -> named_struct(
                                'sale_number', sale.sale_number,
                                'quantity', case
                                    when sale.sale_number = taken.oldest then taken.remains
                                    when sale.sale_number between taken.oldest and taken.newest
                                        then cast(0 as decimal(18, 4))
                                    else sale.quantity
                                end
                            )
                        ),
                        'takes', state.takes || transform(
                            filter(
                                state.sales,
                                sale -> sale.quantity > 0
                                and sale.sale_number between taken.oldest and taken.newest
                            ),
                            sale -> named_struct(
                                'sale_number', sale.sale_number,
                                'return_number', back.return_number,
                                'quantity', case
                                    when sale.sale_number = taken.oldest
                                        then cast(sale.quantity - taken.remains as decimal(18, 4))
                                    else sale.quantity
                                end
                            )
                        )
                    )
                ), 1)
            ).takes) as take
        from sale_lists
        inner join return_lists using (customer_id, product_id)
    )

    select
        customer_id,
        product_id,
        take.sale_number,
        take.return_number,
        take.quantity
    from folded
{% endmacro %}
