"""The language explained: one table for the browser's page and for the API's documentation, and every line is true."""

import html
from urllib.parse import quote

import pytest
from django.test import Client

from documents.search import fields, parser, syntax

EXAMPLES = [form.example for form in syntax.FORMS] + [row.example for row in syntax.rows() if row.example]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str) -> None:
    parsed = parser.parse(example)
    assert parsed.tree is not None
    assert not parsed.escaped


@pytest.mark.django_db
def test_the_page_explains_every_field_with_links_into_the_library(client: Client) -> None:
    response = client.get("/help/search/")
    assert response.status_code == 200
    page = response.content.decode()
    for field in fields.FIELDS:
        assert (f">{field.name}:<" in page) is not field.name.startswith("_")
    for example in EXAMPLES:
        assert f'href="/?q={quote(example, safe="")}"' in page, example
        assert html.escape(example, quote=True).replace("&#x27;", "&#39;") in page
    assert 'href="/help/search/"' in client.get("/").content.decode()


def test_the_documentation_of_the_api_has_the_same_tables() -> None:
    text = syntax.markdown()
    for example in EXAMPLES:
        assert f"`{example}`".replace("|", "\\|") in text
    assert all(f"| {row.name.replace('<', '&lt;').replace('>', '&gt;')} |" in text for row in syntax.rows())
