"""The one table of fields that queries and URL parameters know."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a field is compared."""

    ID = "id"
    """The document's own number."""
    NUMBERED = "numbered"
    """The number of something else."""
    PROJECT = "project"
    """The number of a project that the asker may see."""
    FLAG = "flag"
    """Whether something needs attention, for those who may edit the document; to others it is neither so nor not."""
    CHOICE = "choice"
    """One of a few names, whatever its case."""
    EXACT = "exact"
    """A whole value, case-sensitive."""
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    """Words that are searched and scored."""
    PAGE = "page"
    """Words of one page."""
    CONTROL = "control"
    """Says how to answer, not what to find."""


@dataclass(frozen=True)
class Field:
    """One field. Clauses of filters are requirements, those of the others are scored.

    `column` is an SQL expression over the index row `s`. `letter` marks the field's words in the index.
    """

    name: str
    kind: Kind
    help: str
    aliases: tuple[str, ...] = ()
    is_filter: bool = True
    column: str = ""
    letter: str = ""
    example: str = ""


def _of_document(column: str) -> str:
    return f"(SELECT d.{column} FROM documents_document d WHERE d.id = s.document_id)"  # noqa: S608  # constants


FIELDS: tuple[Field, ...] = (
    Field("title", Kind.TEXT, "Words of the title.", is_filter=False, letter="t", example='title:"annual report"'),
    Field("source", Kind.TEXT, "Words of the source.", is_filter=False, letter="s", example="source:police"),
    Field(
        "description", Kind.TEXT, "Words of the description.", is_filter=False, letter="d", example="description:levy"
    ),
    Field("text", Kind.TEXT, "Words of the pages.", ("doctext",), is_filter=False, example="text:budget"),
    Field("id", Kind.ID, "The document's number.", ("document",), column="s.document_id", example="id:17"),
    Field("user", Kind.NUMBERED, "The owner's number.", ("account",), column=_of_document("user_id"), example="user:3"),
    Field(
        "organization",
        Kind.NUMBERED,
        "The number of the owner's organization.",
        ("group",),
        column=_of_document("organization_id"),
        example="organization:5",
    ),
    Field("project", Kind.PROJECT, "The number of a project that holds it.", ("projects",), example="project:8"),
    Field("access", Kind.CHOICE, "public, organization or private.", example="access:public"),
    Field("status", Kind.CHOICE, "nofile, pending, readable, success or error.", example="status:error"),
    Field("language", Kind.CHOICE, "The three letters of its language.", example="language:fra"),
    Field("slug", Kind.EXACT, "The title as it stands in addresses.", example="slug:annual-report"),
    Field("noindex", Kind.CHOICE, "true where search engines are kept out.", example="noindex:true"),
    Field("data__tag", Kind.EXACT, "A tag, whole and with its capitals.", ("tag",), example='tag:"to read"'),
    Field(
        "page_count", Kind.NUMBER, "How many pages it has.", ("pages",), column="s.page_count", example="pages:[2 TO 9]"
    ),
    Field(
        "created_at", Kind.DATE, "When it was added.", column="s.created_at", example="created_at:[NOW-7DAYS/DAY TO *]"
    ),
    Field("updated_at", Kind.DATE, "When it last changed.", column="s.updated_at", example="updated_at:[2024 TO 2025]"),
    Field(
        "publish_at",
        Kind.DATE,
        "When it is to be published.",
        is_filter=False,
        column=_of_document("publish_at"),
        example="publish_at:[NOW TO *]",
    ),
    Field("file_hash", Kind.EXACT, "The sha1 of its PDF.", is_filter=False),
    Field("original_extension", Kind.EXACT, "The kind of file that was uploaded.", is_filter=False),
    Field("related_article", Kind.EXACT, "The address of the article about it.", is_filter=False),
    Field("published_url", Kind.EXACT, "The address where it is embedded.", is_filter=False),
    Field(
        "has_errors",
        Kind.FLAG,
        "true where something failed and nothing succeeded since, among the documents that you may edit.",
        example="has_errors:true",
    ),
    Field(
        "page_errors",
        Kind.FLAG,
        "true where a page could not be read or drawn, among the documents that you may edit.",
        example="page_errors:true",
    ),
    Field("sort", Kind.CONTROL, "The order of the hits.", ("order",), example="sort:title"),
    Field("hl", Kind.CONTROL, "true shows where on the pages the words stand.", example="hl:true"),
    Field("_query_", Kind.CONTROL, "Has no meaning here and is left out."),
)

BY_NAME: dict[str, Field] = {name: field for field in FIELDS for name in (field.name, *field.aliases)}
_DATA = re.compile(r"data_[A-Za-z0-9_-]{1,50}")
_PAGE = re.compile(r"page_no_([1-9][0-9]{0,5})")


def find(name: str) -> Field | None:
    """The field of that name or alias, `data_<key>` and `page_no_<N>` included."""
    if name in BY_NAME:
        return BY_NAME[name]
    if _DATA.fullmatch(name):
        return Field(name, Kind.EXACT, "A value of custom metadata, whole.", example="data_color:red")
    if _PAGE.fullmatch(name):
        return Field(name, Kind.PAGE, "Words of one page, counted from 1.", is_filter=False, example="page_no_3:levy")
    return None


def is_flag(name: str) -> bool:
    """Whether the field of that name tells what needs attention."""
    found = find(name)
    return found is not None and found.kind is Kind.FLAG


def page_number(field: Field) -> int:
    """The 0-based page that a `page_no_<N>` field means."""
    return int(field.name.removeprefix("page_no_")) - 1
