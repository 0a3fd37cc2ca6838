"""Fixtures of the pipeline's tests."""

from collections.abc import Iterator

import pytest

from tests.documents.pipeline import lures, making


@pytest.fixture
def jailed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps run in the sandbox, as in the pipeline."""
    monkeypatch.setattr(making, "perform", making.in_sandbox)


@pytest.fixture
def lure() -> Iterator[lures.Lure]:
    """A server that nobody must visit."""
    with lures.laid() as laid:
        yield laid
