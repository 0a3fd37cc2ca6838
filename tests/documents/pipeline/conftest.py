"""Fixtures of the pipeline's tests."""

import pytest

from documents.pipeline import sandbox
from tests.documents.pipeline import making
from tests.documents.pipeline.fakes import FakeSteps


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    """Processing without real files: see FakeSteps."""
    fake = FakeSteps()
    monkeypatch.setattr(sandbox, "run", fake)
    return fake


@pytest.fixture
def jailed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps run in the sandbox, as in the pipeline."""
    monkeypatch.setattr(making, "perform", making.in_sandbox)
