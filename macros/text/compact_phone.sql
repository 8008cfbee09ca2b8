{#- A phone number without the characters that only separate its digits. -#}
{% macro compact_phone(text) -%}
    {{ replace_matches(
        plain_id(text),
        '^[Tt][Ee][Ll]:|[ ()./\u00a0\u2007\u2010-\u2015\u202f'
        ~ invisible_characters() ~ '-]'
    ) }}
{%- endmacro %}
