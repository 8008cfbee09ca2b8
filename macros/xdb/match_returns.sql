{#-
    A select over which sale each return takes back: customer_id, product_id, sale_number,
    return_number. It reads two relations of the query around it, both with customer_id, product_id
    and quantity: `sales`, numbered in order of time by sale_number, and `returns`, numbered by
    return_number, with the sale_number of the latest sale before them.

    A return takes the latest sale before it that still has the whole quantity. What one took is
    gone for the next, so the returns are folded into the list of sales, one after the other; a
    sale's return_numbers are the returns that took of it. DuckDB folds only items of the same type
    as the result: there, a return is a list with one sale.
-#}
{% macro match_returns(sales, returns) %}
    {{- return(adapter.dispatch('match_returns', 'customer_value')(sales, returns)) -}}
{% endmacro %}


{% macro duckdb__match_returns(sales, returns) %}
    with sale_lists as (
        select
            customer_id,
            product_id,
            list({
                'sale_number': sale_number,
                'quantity': quantity,
                'return_numbers': cast([] as bigint[])
            }) as sales
        from {{ sales }}
        group by 1, 2
    ),

    return_lists as (
        select
            customer_id,
            product_id,
            list([{
                'sale_number': sale_number,
                'quantity': quantity,
                'return_numbers': [return_number]
            }] order by return_number nulls last) as returns
        from {{ returns }}
        group by 1, 2
    ),

    folded as (
        select
            customer_id,
            product_id,
            unnest(reduce(
                returns,
                lambda sales, back: [
                    [
                        case
                            when sale.sale_number = taken then {
                                'sale_number': sale.sale_number,
                                'quantity': sale.quantity - back[1].quantity,
                                'return_numbers': sale.return_numbers || back[1].return_numbers
                            }
                            else sale
                        end
                        for sale in sales
                    ]
                    for taken in [list_max([
                        sale.sale_number
                        for sale in sales
                        if sale.sale_number <= back[1].sale_number
                        and sale.quantity >= back[1].quantity
                    ])]
                ][1],
                sales
            )) as sale
        from sale_lists
        inner join return_lists using (customer_id, product_id)
    )

    select
        customer_id,
        product_id,
        sale.sale_number,
        unnest(sale.return_numbers) as return_number
    from folded
{% endmacro %}


{% macro spark__match_returns(sales, returns) %}
    with sale_lists as (
        select
            customer_id,
            product_id,
            array_agg(named_struct(
                'sale_number', sale_number,
                'quantity', quantity,
                'return_numbers', cast(array() as array<bigint>)
            )) as sales
        from {{ sales }}
        group by 1, 2
    ),

    return_lists as (
        select
            customer_id,
            product_id,
            array_sort(array_agg(named_struct(
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
                sales,
                (sales, back) -> element_at(transform(
                    array(array_max(transform(
                        filter(
                            sales,
                            sale -> sale.sale_number <= back.sale_number
                            and sale.quantity >= back.quantity
                        ),
                        sale -> sale.sale_number
                    ))),
                    taken -> transform(
                        sales,
                        sale -> case
                            when sale.sale_number = taken then named_struct(
                                'sale_number', sale.sale_number,
                                'quantity', cast(sale.quantity - back.quantity as decimal(18, 4)),
                                'return_numbers', sale.return_numbers || array(back.return_number)
                            )
                            else sale
                        end
                    )
                ), 1)
            )) as sale
        from sale_lists
        inner join return_lists using (customer_id, product_id)
    )

    select
        customer_id,
        product_id,
        sale.sale_number,
        explode(sale.return_numbers) as return_number
    from folded
{% endmacro %}
