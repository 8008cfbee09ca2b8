-- What `make check` prints. Each query's first line is its title.

-- What was understood:
select example as columns_read
from data_quality
where check_name = 'columns_read';

-- The first three lines, typed:
select
    coalesce(line_kind, rejection_reason) as line_kind,
    order_id,
    customer_id,
    product_id,
    local_ordered_at,
    quantity,
    unit_price,
    line_amount,
    line_discount,
    order_discount,
    refunded_amount,
    country,
    currency
from stg_order_lines
order by ordered_at, order_id, order_line_id
limit 3;

-- All lines, and what they are worth:
select
    check_group,
    check_name,
    row_count,
    round(amount, 2) as amount,
    example
from data_quality
where check_group in ('all', 'kept', 'rejected') and row_count > 0 and check_name <> 'columns_read'
order by check_number;

-- To look at before you rely on it and run make build with the same ORDER_LINES and VARS:
select
    check_name,
    row_count,
    unit,
    round(amount, 2) as amount,
    example,
    advice
from data_quality
where is_in_doubt
order by check_number;
