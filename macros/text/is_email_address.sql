{#-
    Whether a text can be an e-mail address: one @, a dot in the domain, no blanks, quotes, brackets
    or commas, and no first character that makes a spreadsheet read the text as a formula.
-#}
{% macro is_email_address(text) -%}
    {%- set part = '[^@\\s,;:<>()".]' -%}
    {%- set domain = '(' ~ part ~ '+[.])+' ~ part ~ '{2,}' -%}
    {%- set pattern = '^[^@\\s,;:<>()"=+.-][^@\\s,;:<>()"]*@' ~ domain ~ '$' -%}
    regexp_extract({{ text }}, {{ text_literal(pattern) }}, 0) <> ''
{%- endmacro %}
