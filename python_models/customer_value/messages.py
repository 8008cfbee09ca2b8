"""Keeps the values of an input out of error messages, which end up in consoles and logs."""

import re

EMAIL = re.compile(r"[^\s'\"<>,;:|()/=]+@[\w-]+(?:\.[\w-]+)+")
CSV_ERROR = re.compile(r"CSV Error on Line: (\d+)")
# What DuckDB says of a line, after the line itself.
CSV_REASON = re.compile(
    r"^(Invalid unicode.*|Expected Number of Columns: .*|Value with unterminated quote.*"
    r"|Maximum line size.*|Error when converting column \"[^\"]*\")",
    re.MULTILINE,
)
QUOTED = re.compile(r"(string|key|format:|value) ('(?:[^']|'')*'|\"[^\"]*\")", re.DOTALL)


def without_values(message: str) -> str:
    """Take the values of an input out of an error message of DuckDB.

    DuckDB quotes the whole line of a CSV file that it cannot read, and a value that it cannot cast.

    Parameters
    ----------
    message : str
        What DuckDB says.

    Returns
    -------
    str
        The same without values; of a line of a CSV file, the file, the line and the reason.

    Examples
    --------
    >>> without_values('''CSV Error on Line: 7
    ... Original Line: 1,ann@example.com
    ... Expected Number of Columns: 3 Found: 2
    ...
    ...   file = contacts.csv''')
    'contacts.csv, line 7 cannot be read: Expected Number of Columns: 3 Found: 2.'
    >>> without_values("Conversion Error: Could not convert string 'Ann Smith' to INT32")
    'Conversion Error: Could not convert string (a value) to INT32'
    >>> without_values("customer ann@example.com: belongs to more than one customer")
    'customer (an e-mail address): belongs to more than one customer'
    """
    if line := CSV_ERROR.search(message):
        file = re.search(r"^\s*file = (.*)$", message, re.MULTILINE)
        reasons = CSV_REASON.findall(message)
        return (
            f"{file[1] if file else 'A CSV file'}, line {line[1]} cannot be read: "
            f"{reasons[-1].rstrip('. ') if reasons else 'it does not follow the dialect'}."
        )
    if "Error when sniffing file" in message:
        return (
            "A CSV file that is not on this machine cannot be read: its lines differ in their "
            "number of fields, or its quotes or encoding are not those of its csv_options."
        )
    if "Conversion Error" in message or "Constraint Error" in message:
        message = QUOTED.sub(r"\1 (a value)", message)
        # The statement, which may hold the value again.
        message = message.split("\n\nLINE ")[0]
    return EMAIL.sub("(an e-mail address)", message)
