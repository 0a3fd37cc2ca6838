"""Fixtures of the pipeline's tests."""

import pytest

from documents.pipeline import sandbox
from tests.documents.pipeline.fakes import FakeSteps


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    """Processing without real files: see FakeSteps."""
    fake = FakeSteps()
    monkeypatch.setattr(sandbox, "run", fake)
    return fake
