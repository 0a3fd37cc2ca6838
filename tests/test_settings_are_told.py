"""Every variable that the settings read is explained to the people who set it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INTERNAL = {"DOCPLATFORM_ROLE"}


def variables() -> set[str]:
    """Names that are read from the environment, in the settings and at the first start."""
    sources = (ROOT / "docplatform/settings.py", ROOT / "docplatform/management/preparation.py")
    pattern = r"\b(?:text|number|flag|names|web_address|postgres|mail)\(\s*\"([A-Z][A-Z0-9_]+)\""
    return {name for source in sources for name in re.findall(pattern, source.read_text())} - INTERNAL


@pytest.mark.parametrize("place", ["README.md", ".env.example"])
def test_every_variable_is_told(place: str) -> None:
    told = set(re.findall(r"[A-Z][A-Z0-9_]+", (ROOT / place).read_text()))
    assert len(variables()) > 15
    assert variables() - told == set()
