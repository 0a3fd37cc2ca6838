"""The pure parts of the scripts, as tables: page sizes, snippets, hits, addresses; and what a page loads."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from playwright.sync_api import Page

from documents.choices import LANGUAGES
from documents.viewer import languages, modules

A4, LETTER, WIDE = (595.28, 841.89), (612, 792), (792, 612)


def call(page: Page, module: str, expression: str) -> Any:
    """What an expression gives; `m` is the module."""
    if page.url == "about:blank":
        page.goto("/accounts/sign-in/")
    return page.evaluate(f"import({static(module)!r}).then((m) => {expression})")


@pytest.mark.parametrize(
    ("spec", "sizes"),
    [
        ("612.00x792.00:0", [LETTER, LETTER, LETTER, LETTER]),
        ("612.00x792.00:0-1,3;595.28x841.89:2", [LETTER, LETTER, A4, LETTER]),
        ("792.00x612.00:0;612.00x792.00:1-3", [WIDE, LETTER, LETTER, LETTER]),
        ("", [LETTER] * 4),
        ("nonsense;0x0:1;612.00x792.00:0-99999999", [LETTER] * 4),
    ],
)
def test_page_specs(page: Page, spec: str, sizes: list[tuple[float, float]]) -> None:
    found = call(page, "documents/viewer/spec.js", f"m.sizes({spec!r}, 4)")
    assert [(size["width"], size["height"]) for size in found] == sizes


def test_snippets_are_taken_apart_and_unescaped(page: Page) -> None:
    snippet = "a &lt;b&gt; <em>levy</em> &amp;amp; &#x27;x&#39; &unknown; <script>"
    parts = call(page, "docplatform/js/highlight.js", f"m.segments({snippet!r})")
    assert [(part["text"], part["hit"]) for part in parts] == [
        ("a <b> ", False),
        ("levy", True),
        (" &amp; 'x' &unknown; <script>", False),
    ]


def test_neighbouring_words_are_one_hit(page: Page) -> None:
    at = "const at = (text, x1, x2, y) => ({ text, x1, x2, y1: y, y2: y + 0.02 });"
    line = "at('new', 0.1, 0.2, 0.1), at('levy', 0.21, 0.3, 0.1), at('levy', 0.7, 0.8, 0.1)"
    words = f"[{line}, at('levy', 0.1, 0.2, 0.5)]"
    found = call(page, "documents/viewer/match.js", f"{{ {at} return m.together({words}, 0.77); }}")
    assert [[word["text"] for word in hit] for hit in found] == [["new", "levy"], ["levy"], ["levy"]]


@pytest.mark.parametrize(
    ("hash", "page_number"),
    [("#document/p3", 2), ("#document/p3/a17", 2), ("#document/p99", 9), ("#document/p0", 0), ("#other", None)],
)
def test_pages_in_addresses(page: Page, hash: str, page_number: int | None) -> None:
    assert call(page, "documents/viewer/jump.js", f"m.pageInHash({hash!r}, 10)") == page_number


@pytest.mark.parametrize("entry", ["documents/library.js", "documents/upload.js", "documents/viewer.js"])
def test_every_script_behind_a_page_is_there(entry: str) -> None:
    behind = modules.behind(entry)
    assert "docplatform/js/api.js" in behind
    assert entry not in behind
    assert all(finders.find(name) for name in behind)


def test_every_language_has_a_name() -> None:
    assert set(languages.NAMES) == set(LANGUAGES)
