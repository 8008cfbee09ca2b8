{#- Characters that show nothing: soft hyphens, zero-width spaces, marks of direction. -#}
{% macro invisible_characters() %}
    {{- return('\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff') -}}
{% endmacro %}


{#-
    An e-mail address in the one spelling by which addresses are compared: lower case, without what
    programs add to it (`mailto:`, `Ann <ann@example.com>`, a subject, quotes, a dot or comma at the
    end, invisible characters). Otherwise a refusal would not reach an address in another spelling.
-#}
{% macro plain_address(text) -%}
    {%- set bare = replace_matches(
        'translate(lower(' ~ text ~ "), '＠．', '@.')",
        '^[^<]*<|>[^>]*$|[' ~ invisible_characters() ~ ']'
    ) -%}
    {{ trim_blanks(replace_matches(
        trim_blanks(bare), '^[\'"]*(mailto:)?|[?][^@]*$|[\'".,;]+$'
    )) }}
{%- endmacro %}
