{#-
    A number from 0 to 65535 from the first four digits of an md5. It is the same on every machine,
    and a sample that it draws does not depend on the order of rows.
-#}
{% macro hash_bucket(md5) -%}
    (
        {%- for place, value in [(1, 4096), (2, 256), (3, 16), (4, 1)] %}
        {{ '+ ' if not loop.first }}{{ value }}
        * (position(substr({{ md5 }}, {{ place }}, 1) in '0123456789abcdef') - 1)
        {%- endfor %}
    )
{%- endmacro %}
