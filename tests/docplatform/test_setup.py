"""What the set-up asks Debian for."""

import os
import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "docplatform" / "setup" / "packages"


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ("xyz", "are missing: tesseract-ocr-xyz"),
        ("xyz,abc_old", "are missing: tesseract-ocr-abc-old tesseract-ocr-xyz"),
        ("no such", "names “no”, which is no language code"),
        ("$(id)", "is no language code"),
    ],
)
def test_packs_for_more_languages_are_named(tmp_path: Path, languages: str, said: str) -> None:
    (tmp_path / "packages.txt").write_text("bash  # is there\n")
    done = subprocess.run(
        [PROGRAM, tmp_path / "packages.txt"],
        env={**os.environ, "OCR_LANGUAGES": languages},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and said in done.stderr
