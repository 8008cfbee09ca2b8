{#-
    The hook before a build: it reads the headers and counts the records of every input, stops the
    run at a fault before anything is built, and logs how the order lines are read.
-#}
{% macro check_input() %}
    {%- if execute and flags.WHICH != 'docs' -%}
        {%- do check_vars() -%}
    {%- endif -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set layout = order_lines_layout() -%}
        {%- do log(words_of_layout(order_lines_input(), layout), info=true) -%}
        {%- do stop_without_fits() -%}
        {%- do stop_without_known_contacts() -%}
        {%- do stop_without_known_rows(
            erased_customers_input(), 'stg_erased_customers', "they would come back"
        ) -%}
        {%- do stop_without_known_rows(
            past_campaign_contacts_input(), 'stg_past_campaign_contacts',
            "a list would be drawn for their campaigns"
        ) -%}
        {%- if has_customer_contacts() -%}
            {%- set contacts = input_layout(customer_contacts_input()) -%}
            {%- if input_record_count(contacts) == 0 and not var('contacts_may_be_missing') -%}
                {{ exceptions.raise_compiler_error(
                    "CUSTOMER_CONTACTS holds nothing but headers: nobody's consent would be known. "
                    ~ "Name the right file, or set the var contacts_may_be_missing to true."
                ) }}
            {%- endif -%}
        {%- endif -%}
        {%- if customer_aliases_input().path -%}
            {%- set aliases = input_layout(customer_aliases_input()) -%}
        {%- endif -%}
        {%- if has_erased_customers() -%}
            {%- set erased = input_layout(erased_customers_input()) -%}
        {%- endif -%}
        {%- if past_campaign_contacts_input().path -%}
            {%- set past_contacts = input_layout(past_campaign_contacts_input()) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- Stops a run that may fit nothing where nothing was fitted yet. -#}
{% macro stop_without_fits() %}
    {%- if choice('refit', refit_choices()) == 'never'
        and not adapter.get_relation(target.database, target.schema, 'fit_clv') -%}
        {{ exceptions.raise_compiler_error(
            "This warehouse has no fits to score with. Make them first: "
            ~ "make build VARS='{refit: month}', with the other vars as here."
        ) }}
    {%- endif -%}
{% endmacro %}


{#-
    Stops where the warehouse has contacts and the run is given none: all consents would become
    unknown without a word. The sample's contacts do not count, as its customers are no retailer's:
    they are known by their first contact_id.
-#}
{% macro stop_without_known_contacts() %}
    {%- if not has_customer_contacts() and not var('contacts_may_be_missing') -%}
        {%- set contacts = adapter.get_relation(
            target.database, target.schema, 'base_customer_contacts'
        ) -%}
        {%- set first = run_query('select min(contact_id) from ' ~ contacts).rows[0][0]
            if contacts else none -%}
        {%- if first and first != '00006f32679b03d110ae8e0813a7e168-1' -%}
            {{ exceptions.raise_compiler_error(
                "This warehouse was built with customer contacts, and CUSTOMER_CONTACTS is not set:"
                ~ " nobody's consent would be known. Set it, take another WAREHOUSE, or set the var"
                ~ " contacts_may_be_missing to true."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#-
    Stops where the warehouse was built with rows of an input, and the run is given none. A run
    without them would undo what they did without a word.
-#}
{% macro stop_without_known_rows(input, model, consequence) %}
    {%- if not input.path or input_record_count(input_layout(input)) == 0 -%}
        {%- set known = adapter.get_relation(target.database, target.schema, model) -%}
        {%- if known and run_query('select count(*) from ' ~ known).rows[0][0] -%}
            {{ exceptions.raise_compiler_error(
                "This warehouse was built with " ~ input.rows ~ ", and " ~ input.variable
                ~ " names none now: " ~ consequence ~ ". Set it, or take another WAREHOUSE."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- How an input is read, in a few sentences: preset, files, records and columns. -#}
{% macro words_of_layout(input, layout) %}
    {%- set count = layout.files | length -%}
    {%- set columns = [] -%}
    {%- for column in layout.found -%}
        {%- set headers = [] -%}
        {%- for file in layout.files if file.columns[column] is not none -%}
            {%- do headers.append("'" ~ file.headers[file.columns[column]] ~ "'") -%}
        {%- endfor -%}
        {%- do columns.append(column ~ ' from ' ~ headers | unique | join(' and ')) -%}
    {%- endfor -%}
    {{ return(
        "The " ~ input.rows ~ " are read as " ~ layout.preset.label ~ " (preset "
        ~ layout.preset.name ~ "): " ~ count ~ (" file, " if count == 1 else " files, ")
        ~ (input_record_count(layout) | string if input_record_count(layout) is not none
           else "an unknown number of") ~ " records; "
        ~ columns | join(', ') ~ "."
        ~ (" Not read: " ~ shown_headers(layout.unread) ~ "." if layout.unread else "")
    ) }}
{% endmacro %}


{#- Number of records in all files of an input; none if one of them could not be counted. -#}
{% macro input_record_count(layout) %}
    {%- set counts = layout.files | map(attribute='record_count') | list -%}
    {{ return(none if counts | select('none') | list else counts | sum) }}
{% endmacro %}
