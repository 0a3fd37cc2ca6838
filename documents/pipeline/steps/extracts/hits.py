"""What finders hand back, and the languages and regions that they go by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# Tesseract's names of languages: that of the locale data, and the country whose notation is the likeliest.
LANGUAGES: dict[str, tuple[str, str]] = {
    "eng": ("en", "US"),
    "deu": ("de", "DE"),
    "fra": ("fr", "FR"),
    "spa": ("es", "ES"),
    "rus": ("ru", "RU"),
    "ukr": ("uk", "UA"),
    "ita": ("it", "IT"),
    "por": ("pt", "PT"),
    "nld": ("nl", "NL"),
    "pol": ("pl", "PL"),
}
ELSE = ("en", "US")


@dataclass(frozen=True)
class Hit:
    """Characters `start` to `end` of a page say `name`."""

    kind: str
    start: int
    end: int
    name: str
    metadata: dict[str, str] = field(default_factory=dict)


Finder = Callable[[str, str], Iterator[Hit]]
"""From the text of a page and the document's language to what stands there. What was found before is blanked out."""
