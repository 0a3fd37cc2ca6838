"""The query language explained: a short table of its forms beside the table of fields, for all pages that do so."""

from dataclasses import dataclass

from documents.search import fields
from documents.search.fields import Kind


@dataclass(frozen=True)
class Form:
    """One way to write something, and what it finds."""

    example: str
    help: str


@dataclass(frozen=True)
class Row:
    """A field as people read of it: its names, what it finds, and an example that may be missing."""

    name: str
    aliases: tuple[str, ...]
    help: str
    example: str


FORMS: tuple[Form, ...] = (
    Form("budget report", "Either word, documents with both and with the rarer one first."),
    Form('"annual report"', "The words side by side, in this order."),
    Form('"budget school"~5', "The words near each other, with up to five places between them, in any order."),
    Form("+budget -draft", "The first word must be there, the second must not."),
    Form("budget AND (report OR memo) NOT draft", "The same in words, with brackets. && || ! mean AND, OR, NOT."),
    Form("budg*", "Words that begin so. Wildcards need an account."),
    Form("b?dget", "One letter, whichever it is."),
    Form("budgte~", "Words that differ by up to two letters; budgte~1 by one."),
    Form("title:budget", "A word in one field; the fields are listed below."),
    Form("title:(budget OR levy)", "Several words in one field."),
    Form("created_at:[2024-01 TO 2024-06]", "From January to June; { and } leave the ends out, * leaves one open."),
    Form("created_at:[NOW-7DAYS/DAY TO *]", "Dates may be counted from now, and rounded: YEAR, MONTH, DAY, HOUR."),
    Form("budget^3 report", "The first word counts three times as much for the order."),
    Form("C\\+\\+", "A backslash takes the next character as it stands."),
    Form("budget sort:-created_at", "Oldest first; sort:title, sort:page_count and others."),
)


def rows() -> list[Row]:
    """The fields that people may name, and those with a part that they choose."""
    shown = [field for field in fields.FIELDS if not field.name.startswith("_")]
    chosen = (("data_<key>", fields.find("data_color")), ("page_no_<N>", fields.find("page_no_3")))
    return [Row(field.name, field.aliases, field.help, field.example) for field in shown] + [
        Row(name, (), field.help, field.example) for name, field in chosen if field
    ]


def names() -> list[tuple[str, str]]:
    """What may stand before a colon, aliases too, and what it finds."""
    spoken = [field for field in fields.FIELDS if not field.name.startswith("_")]
    known = [(name, field.help) for field in spoken for name in (field.name, *field.aliases)]
    controls = {field.name for field in spoken if field.kind is Kind.CONTROL}
    return sorted(known, key=lambda pair: (pair[0] in controls, pair[0]))


def markdown() -> str:
    """The language for the API's documentation."""
    forms = [f"| `{_cell(form.example)}` | {_cell(form.help)} |" for form in FORMS]
    table = [
        f"| {_cell(row.name)} | {', '.join(row.aliases)} | {_cell(row.help)} | {row.example and f'`{row.example}`'} |"
        for row in rows()
    ]
    return "\n".join(["| query | finds |", "|---|---|", *forms, "", "| field | also | finds | for example |"]) + (
        "\n|---|---|---|---|\n" + "\n".join(table)
    )


def _cell(text: str) -> str:
    """In a Markdown table."""
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|")
