{#-
    The known forms of order lines: one preset per vendor's export. A new preset is added here and
    nowhere else. If the user names no preset (var `input_preset`), the first one whose signature
    the headers fit is used, so that the order of the list matters.

    - `signature`: headers that the file must have; of an item that is a list, at least one.
      `not_with`: headers that it must not have. Case and blanks of headers are ignored.
    - `columns`: the header of each column; or a list of headers, of which the first existing one is
      read; or none if the vendor has no such column, even if a header has its name. A column that
      is not listed is read only from a header with its name.
    - `may_be_missing`: columns that are missing in older or shortened files.
    - `left_unread`: parts of headers of money or status that are known and deliberately not read.
      `data_quality` reports other such headers.
    - `options`: defaults for the vars of the same names. Equal rows are kept if the vendor writes
      no id of a line, because they may be two equal lines.

    Net sales are of goods, without shipping and tax, after discounts and refunds. A tax column is
    mapped only if the vendor documents that its prices include tax.
-#}
{% macro input_presets() %}
    {{ return([
        {
            'name': 'shopify',
            'label': "Shopify's orders export",
            'description': 'A row is a line item. What belongs to an order stands on its first row:'
                ~ ' status, discount, refund and cancellation. Orders that are voided, expired or'
                ~ ' cancelled do not count, nor do tips and gift cards. Where prices include tax,'
                ~ ' it stays in them, because no column says so.',
            'signature': ['Name', 'Created at', 'Lineitem quantity', 'Lineitem price'],
            'columns': {
                'order_id': 'Name',
                'product_id': 'Lineitem sku',
                'product_name': 'Lineitem name',
                'quantity': 'Lineitem quantity',
                'ordered_at': 'Created at',
                'unit_price': 'Lineitem price',
                'customer_id': 'Email',
                'country': ['Billing Country', 'Shipping Country'],
                'line_discount': 'Lineitem discount',
                'order_discount': 'Discount Amount',
                'order_subtotal': 'Subtotal',
                'refunded_amount': 'Refunded Amount',
                'order_status': 'Financial Status',
                'cancelled_at': 'Cancelled at',
                'currency': 'Currency',
            },
            'left_unread': ['discount code', 'fulfillment status', 'tax'],
            'may_be_missing': [
                'product_id',
                'product_name',
                'country',
                'line_discount',
                'order_discount',
                'order_subtotal',
                'refunded_amount',
                'order_status',
                'cancelled_at',
                'currency',
            ],
            'options': {
                'duplicate_lines': 'latest',
                'uncounted_statuses': ['voided', 'expired'],
                'fill_order_columns': true,
                'order_discount_includes_line_discounts': true,
                'non_merchandise_names': ['tip', 'gift card%'],
            },
        },
        {
            'name': 'woocommerce_order_export',
            'label': 'the file of Advanced Order Export for WooCommerce',
            'aliases': ['woocommerce'],
            'description': 'A row is a line item. Its cost is that of one unit after coupons and'
                ~ ' without tax, its quantity is less what was refunded. Orders that wait for'
                ~ ' payment, failed, or are cancelled or refunded as a whole do not count. A refund'
                ~ ' of money without a quantity is not seen: export Order Line Total (- Refund) and'
                ~ ' map it to line_amount. Each row must have the order number (the setting Fill'
                ~ ' order columns for all rows).',
            'signature': ['Order Number', 'Order Date', 'Item Cost', 'Quantity (- Refund)'],
            'columns': {
                'order_id': 'Order Number',
                'product_id': ['SKU', 'Product Id'],
                'product_name': ['Item Name', 'Product Name', 'Name'],
                'product_category': 'Category',
                'quantity': 'Quantity (- Refund)',
                'ordered_at': 'Order Date',
                'unit_price': 'Item Cost',
                'customer_id': 'Email (Billing)',
                'country': ['Country Code (Billing)', 'Country Name (Billing)'],
                'order_status': 'Order Status',
                'currency': 'Currency',
            },
            'left_unread': ['coupon', 'discount', 'refund', 'tax'],
            'may_be_missing': [
                'product_id',
                'product_name',
                'product_category',
                'country',
                'order_status',
                'currency',
            ],
            'options': {
                'uncounted_statuses': [
                    'pending payment',
                    'pending',
                    'failed',
                    'cancelled',
                    'refunded',
                    'draft',
                    'checkout-draft',
                    'trash',
                ],
            },
        },
        {
            'name': 'woocommerce_order_export_old',
            'label': 'an older file of Advanced Order Export for WooCommerce',
            'aliases': ['woocommerce'],
            'description': 'Like woocommerce_order_export, with the quantity that was ordered, as'
                ~ ' older versions export it. What was refunded is the amount of the order, which'
                ~ ' holds its tax and shipping.',
            'signature': ['Order Number', 'Order Date', 'Item Cost', 'Quantity'],
            'not_with': ['Quantity (- Refund)'],
            'columns': {
                'order_id': 'Order Number',
                'product_id': ['SKU', 'Product Id'],
                'product_name': ['Item Name', 'Product Name', 'Name'],
                'product_category': 'Category',
                'quantity': 'Quantity',
                'ordered_at': 'Order Date',
                'unit_price': 'Item Cost',
                'customer_id': 'Email (Billing)',
                'country': ['Country Code (Billing)', 'Country Name (Billing)'],
                'refunded_amount': 'Order Refund Amount',
                'refunded_at': 'Date of first refund',
                'order_status': 'Order Status',
                'currency': 'Currency',
            },
            'left_unread': ['coupon', 'discount', 'tax'],
            'may_be_missing': [
                'product_id',
                'product_name',
                'product_category',
                'country',
                'refunded_amount',
                'refunded_at',
                'order_status',
                'currency',
            ],
            'options': {
                'uncounted_statuses': [
                    'pending payment',
                    'pending',
                    'failed',
                    'cancelled',
                    'refunded',
                    'draft',
                    'checkout-draft',
                    'trash',
                ],
            },
        },
        {
            'name': 'woocommerce_customer_order_csv',
            'label': 'the file of WooCommerce Customer/Order/Coupon Export',
            'aliases': ['woocommerce'],
            'description': 'A row is a line item (the format with one row for each item). Its total'
                ~ ' is that of the line after coupons and without tax, and what was refunded stands'
                ~ ' beside it. Orders that wait for payment, failed, or are cancelled or refunded'
                ~ ' as a whole do not count. A refund of the order that names no items is not'
                ~ ' seen.',
            'signature': ['item_name', 'item_quantity', 'item_total', 'billing_email'],
            'columns': {
                'order_id': ['order_number', 'order_id'],
                'product_id': ['item_product_id', 'item_sku'],
                'product_name': 'item_name',
                'quantity': 'item_quantity',
                'ordered_at': ['date', 'order_date'],
                'line_amount': 'item_total',
                'customer_id': 'billing_email',
                'country': 'billing_country',
                'line_refunded_amount': 'item_refunded',
                'order_status': 'status',
                'currency': 'order_currency',
            },
            'left_unread': ['coupon', 'discount', 'refund', 'tax'],
            'may_be_missing': [
                'product_id',
                'country',
                'line_refunded_amount',
                'order_status',
                'currency',
            ],
            'options': {
                'uncounted_statuses': [
                    'pending',
                    'failed',
                    'cancelled',
                    'refunded',
                    'checkout-draft',
                    'trash',
                ],
            },
        },
        {
            'name': 'square',
            'label': "Square's item detail export",
            'description': 'A row is an item of a sale, or of a refund, whose amounts are negative.'
                ~ ' Net Sales are those of the row, after discounts and without tax and tips. Gift'
                ~ ' cards that were sold are in them (leave them out by the var leave_out). Most'
                ~ ' sales have no Customer ID: they are those of guests.',
            'signature': ['Transaction ID', 'Item', 'Price Point Name', 'Qty', 'Net Sales', 'Date'],
            'columns': {
                'order_id': 'Transaction ID',
                'product_id': ['Token', 'Item'],
                'product_name': 'Item',
                'product_category': 'Category',
                'quantity': 'Qty',
                'ordered_at': 'Date',
                'ordered_time': 'Time',
                'line_amount': 'Net Sales',
                'customer_id': 'Customer ID',
            },
            'left_unread': ['discounts', 'tax'],
            'may_be_missing': ['product_category', 'ordered_time'],
            'options': {
                'duplicate_lines': 'latest',
            },
        },
        {
            'name': 'amazon',
            'label': "Amazon's All Orders report",
            'description': 'A row is a line of an order, and the price is that of the line. Orders'
                ~ ' and lines that are cancelled, pending, returned or rejected do not count, nor'
                ~ ' does what was sold elsewhere and only shipped by Amazon. The report has no'
                ~ ' buyer (customer models need a customer_id in order_line_columns; without, all'
                ~ ' are guests) and no refunds. In some market places the price holds tax, which'
                ~ ' stays in it. Days are those of UTC.',
            'signature': ['amazon-order-id', 'purchase-date', 'order-status', 'sku'],
            'columns': {
                'order_id': 'amazon-order-id',
                'product_id': 'sku',
                'product_name': 'product-name',
                'quantity': ['quantity', 'quantity-purchased'],
                'ordered_at': 'purchase-date',
                'line_amount': ['item-price', 'item price'],
                'customer_id': none,
                'country': 'ship-country',
                'line_discount': 'item-promotion-discount',
                'order_status': 'order-status',
                'currency': 'currency',
            },
            'left_unread': ['gift-wrap', 'tax', 'promotion-ids', 'ship-promotion-discount'],
            'may_be_missing': ['product_name', 'country', 'line_discount', 'currency'],
            'options': {
                'csv_options': {'delim': '\t', 'quote': ''},
                'duplicate_lines': 'latest',
                'time_zone': 'UTC',
                'uncounted_statuses': [
                    'pending',
                    'pending - waiting for pick up',
                    'cancelled',
                    'shipped - returned to seller',
                    'shipped - returning to seller',
                    'shipped - rejected by buyer',
                    'shipped - lost in transit',
                    'shipped - damaged',
                ],
                'leave_out': {'item-status': ['Cancelled'], 'sales-channel': ['Non-Amazon']},
            },
        },
        {
            'name': 'etsy',
            'label': "Etsy's Sold Order Items",
            'description': 'A row is an item of an order, its price is that of one unit, and its'
                ~ ' discount that of the row. The customer is the buyer: name and user name. The'
                ~ ' file does not show refunds and cancelled orders: take their rows out first.',
            'signature': ['Sale Date', 'Item Name', 'Buyer', 'Transaction ID', 'Listing ID'],
            'columns': {
                'order_id': 'Order ID',
                'product_id': 'Listing ID',
                'product_name': 'Item Name',
                'quantity': 'Quantity',
                'ordered_at': 'Sale Date',
                'unit_price': 'Price',
                'customer_id': 'Buyer',
                'country': ['Ship Country', 'Delivery Country'],
                'line_discount': 'Discount Amount',
                'currency': 'Currency',
            },
            'left_unread': ['coupon', 'inperson discount', 'shipping discount', 'tax', 'vat'],
            'may_be_missing': ['country', 'line_discount', 'currency'],
            'options': {
                'ordered_at_format': ['%m/%d/%y', '%m/%d/%Y', 'iso'],
            },
        },
        {
            'name': 'toast',
            'label': "Toast's item selection details",
            'description': 'A row is an item of an order, and the net price is that of the row,'
                ~ ' after discounts and without tax and tips. Void and deferred rows (gift cards)'
                ~ ' do not count. The file does not say who bought: customer models need a'
                ~ ' customer_id in order_line_columns; without, all are guests.',
            'signature': ['Order Id', 'Item Selection Id', 'Menu Item', 'Net Price', 'Void?'],
            'columns': {
                'order_id': 'Order Id',
                'product_id': 'Item Id',
                'product_name': 'Menu Item',
                'product_category': 'Menu Group',
                'quantity': 'Qty',
                'ordered_at': 'Order Date',
                'line_amount': 'Net Price',
                'customer_id': none,
            },
            'left_unread': ['discount', 'tax'],
            'may_be_missing': ['product_category'],
            'options': {
                'ordered_at_format': [
                    '%m/%d/%y %I:%M %p',
                    '%m/%d/%Y %I:%M %p',
                    '%m/%d/%Y %H:%M:%S',
                    'iso',
                ],
                'leave_out': {'Void?': ['true', 'yes'], 'Deferred': ['true', 'yes']},
            },
        },
        {
            'name': 'stripe',
            'label': "Stripe's payments export",
            'description': 'A row is a payment, and what was refunded of it stands beside it, with'
                ~ ' tax and shipping. Payments that failed or are not finished, that were not'
                ~ ' captured, and those of test mode do not count. There are no products. Days are'
                ~ ' those of UTC.',
            'signature': [
                'id',
                ['Created date (UTC)', 'Created (UTC)'],
                'Amount',
                'Amount Refunded',
                'Status',
            ],
            'columns': {
                'order_id': 'id',
                'product_id': none,
                'quantity': none,
                'ordered_at': ['Created date (UTC)', 'Created (UTC)'],
                'line_amount': 'Amount',
                'customer_id': ['Customer Email', 'Customer ID'],
                'country': 'Card Address Country',
                'refunded_amount': 'Amount Refunded',
                'refunded_at': 'Refunded date (UTC)',
                'order_status': 'Status',
                'currency': 'Currency',
            },
            'left_unread': ['card', 'converted', 'dispute', 'tax'],
            'may_be_missing': ['country', 'refunded_at', 'currency'],
            'options': {
                'time_zone': 'UTC',
                'uncounted_statuses': [
                    'failed',
                    'pending',
                    'processing',
                    'canceled',
                    'requires_payment_method',
                    'requires_confirmation',
                    'requires_action',
                    'requires_capture',
                ],
                'leave_out': {'Mode': ['Test'], 'Captured': ['false']},
            },
        },
        {
            'name': 'paypal',
            'label': "PayPal's activity download",
            'description': 'A row is an event. Payments count, and refunds, reversals and'
                ~ ' chargebacks as negative amounts, all with tax and shipping; what is pending,'
                ~ ' denied or only a memo, transfers to and from banks, holds, fees and conversions'
                ~ ' do not. There are no products. The customer is the name of the other party,'
                ~ ' because a refund has the address of the shop where a payment has that of the'
                ~ ' buyer. Who also pays others from the account leaves out their names by the var'
                ~ ' leave_out. Dates are month first: for others set ordered_at_format.',
            'signature': ['TimeZone', 'Type', 'Status', 'Gross', 'Transaction ID'],
            'columns': {
                'order_id': 'Transaction ID',
                'product_id': none,
                'quantity': none,
                'ordered_at': 'Date',
                'ordered_time': 'Time',
                'line_amount': 'Gross',
                'customer_id': 'Name',
                'country': 'Country Code',
                'order_status': 'Status',
                'currency': 'Currency',
            },
            'left_unread': ['address status', 'tax'],
            'may_be_missing': ['ordered_time', 'country', 'currency'],
            'options': {
                'ordered_at_format': ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y'],
                'uncounted_statuses': [
                    'pending',
                    'held',
                    'placed',
                    'unclaimed',
                    'uncleared',
                    'denied',
                    'failed',
                    'cancelled',
                    'canceled',
                ],
                'leave_out': {
                    'Balance Impact': ['Memo'],
                    'Type': [
                        'General Withdrawal',
                        'General Withdrawal - Bank Account',
                        'User Initiated Withdrawal',
                        'General Card Withdrawal',
                        'General Card Deposit',
                        'Bank Deposit to PP Account',
                        'General Currency Conversion',
                        'General Authorization',
                        'Void of Authorization',
                        'Account Hold for Open Authorization',
                        'Reversal of General Account Hold',
                        'Hold on Available Balance',
                        'Hold on Balance for Dispute Investigation',
                        'Cancellation of Hold for Dispute Resolution',
                        'Payment Review Hold',
                        'Chargeback Fee',
                        'Partner Fee',
                        'Mass Payment',
                        'Mass Pay Payment',
                        'Shopping Cart Item',
                        'Invoice Sent',
                        'Tax collected by partner',
                    ],
                },
            },
        },
        {
            'name': 'online_retail',
            'label': 'order lines like those of Online Retail',
            'description': 'A row is a line of an invoice, with a price for one unit. A negative'
                ~ ' quantity is a return; an invoice whose number begins with C is a'
                ~ ' cancellation.',
            'signature': [
                ['Invoice', 'InvoiceNo'],
                'StockCode',
                'Quantity',
                'InvoiceDate',
                ['Price', 'UnitPrice'],
            ],
            'columns': {
                'order_id': ['Invoice', 'InvoiceNo'],
                'product_id': 'StockCode',
                'product_name': 'Description',
                'product_category': 'Category',
                'quantity': 'Quantity',
                'ordered_at': 'InvoiceDate',
                'unit_price': ['Price', 'UnitPrice'],
                'customer_id': 'Customer ID',
                'country': 'Country',
            },
            'may_be_missing': ['product_name', 'product_category', 'country'],
        },
        {
            'name': 'log',
            'label': 'a log of purchases (customer, date, amount)',
            'description': 'A row is a purchase of a customer and its amount; a negative amount is'
                ~ ' a return. There are no products. Without an order id, what a customer buys at'
                ~ ' one time is one order.',
            'signature': [
                ['customer', 'customer_id', 'customer_email'],
                ['date', 'order_date', 'ordered_at'],
                'amount',
            ],
            'not_with': [
                'quantity',
                'qty',
                'product',
                'product_id',
                'sku',
                'price',
                'unit_price',
                'line_amount',
            ],
            'columns': {
                'order_id': ['order_id', 'order'],
                'product_id': none,
                'quantity': none,
                'ordered_at': ['date', 'order_date', 'ordered_at'],
                'line_amount': 'amount',
                'customer_id': ['customer', 'customer_id', 'customer_email'],
                'country': 'country',
                'currency': 'currency',
            },
            'may_be_missing': ['order_id', 'country', 'currency'],
            'options': {'duplicate_lines': 'keep'},
        },
    ]) }}
{% endmacro %}
