{#-
    A trimmed text, or null where it is a marker for a missing value. NA and Nat are not markers:
    NA is the code of Namibia, and Nat is a name.
-#}
{% macro text_or_null(column) -%}
    {%- set markers = ['', 'null', 'none', 'nan', 'n/a', '<na>', '#n/a', '\\n', '(null)',
                       'undefined'] -%}
    case when not {{ is_one_of('lower(' ~ column ~ ')', markers) }} then {{ column }} end
{%- endmacro %}
