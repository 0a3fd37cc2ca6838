"""Which Tesseract pack reads a language, and whether it is installed. Another language is never taken instead."""

import subprocess
from functools import cache

from documents.pipeline.steps import progress
from documents.pipeline.values import StepFailed

RENAMED = {"zho": "chi_sim", "tra": "chi_tra", "kur": "kmr", "tgl": "fil"}
"""Codes of the API whose pack has another name; all others are the pack's name."""


def pack(language: str) -> str:
    """The name of the pack for a language code of the API."""
    return RENAMED.get(language, language)


def package(language: str) -> str:
    """The Debian package that brings the pack."""
    return "tesseract-ocr-" + pack(language).replace("_", "-")


def installed_pack(language: str) -> str:
    """The pack for the language. StepFailed names the package to install where it is missing."""
    name = pack(language)
    if name not in installed():
        raise StepFailed(
            "language_pack",
            f"This server cannot read scans in the language “{language}”: the Debian package {package(language)} "
            f"is not installed. Ask the administrator to install it, or choose another language, then process "
            f"the document again.",
        )
    return name


@cache
def installed() -> frozenset[str]:
    """The packs that Tesseract finds."""
    try:
        listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        progress.check_killed(error)
        raise StepFailed(
            "no_tesseract",
            "This server cannot read scans: Tesseract is not installed or broken. Ask the administrator to install "
            "the Debian package tesseract-ocr, then process the document again.",
        ) from error
    return frozenset(listed.split("\n")[1:])
