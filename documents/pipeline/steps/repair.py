"""Takes a PDF as it came if it is sound, and mends or decrypts it if it is not.

A sound PDF is one that both PDFium (which draws and reads it) and qpdf (which adds text layers) open, and in which
they count the same pages. The ladder: as it came, saved again by qpdf, saved again by PDFium.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pikepdf

from documents.pipeline.steps import pdfium
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestWork

PASSWORD = StepFailed(
    "password",
    "The PDF is protected with a password. Remove the password, then upload the file as a new document.",
)
LIVING_FORM = StepFailed(
    "xfa",
    "The PDF is a form that only Adobe's programs can show (XFA). Open it there, print it to a new PDF and upload it.",
)
DAMAGED = StepFailed(
    "damaged",
    "The PDF is damaged and could not be repaired. Open it in another program, save it as a new PDF and upload that.",
)


def take(source: Path, pdf: Path, work: IngestWork) -> None:
    """Write a sound PDF."""
    if _opens(source) and not _is_encrypted(source) and _is_sound(source):
        _link(source, pdf)
        return
    for save in (_by_qpdf, _by_pdfium):
        if _saved(save, source, pdf) and _is_sound(pdf):
            return
    # qpdf may not cope with it, but people can read it: better without text layers than not at all.
    if _opens(source) and not _is_encrypted(source):
        _link(source, pdf)
        return
    raise DAMAGED


def _opens(path: Path) -> int:
    """The number of pages that PDFium can show."""
    try:
        with pdfium.opened(path) as document:
            return len(document)
    except pdfium.Error as error:
        if "password" in str(error).lower():
            raise PASSWORD from error
        return 0


def _is_encrypted(path: Path) -> bool:
    with pdfium.opened(path) as document:
        return pdfium.is_encrypted(document)


def _is_sound(path: Path) -> bool:
    count = _opens(path)
    try:
        with pikepdf.open(path) as pdf:
            if _is_living_form(pdf):
                raise LIVING_FORM
            return count > 0 and len(pdf.pages) == count
    except StepFailed:
        raise
    except pikepdf.PasswordError as error:
        raise PASSWORD from error
    except Exception:  # qpdf has many ways to complain, all of which mean the same here
        return False


def _is_living_form(pdf: pikepdf.Pdf) -> bool:
    """Its pages are made when it is opened; the one in the file only says "please wait"."""
    form = pdf.Root.get("/AcroForm")
    needs_rendering = bool(pdf.Root.get("/NeedsRendering", False))
    return needs_rendering and isinstance(form, pikepdf.Dictionary) and "/XFA" in form


def _saved(save: Callable[[Path, Path], None], source: Path, pdf: Path) -> bool:
    pdf.unlink(missing_ok=True)
    try:
        save(source, pdf)
    except pikepdf.PasswordError as error:
        raise PASSWORD from error
    except Exception:  # the next rung of the ladder, or the sentence that it cannot be repaired
        return False
    return True


def _by_qpdf(source: Path, pdf: Path) -> None:
    with pikepdf.open(source, password="") as document:
        document.save(pdf)


def _by_pdfium(source: Path, pdf: Path) -> None:
    with pdfium.opened(source) as document:
        document.save(str(pdf))


def _link(source: Path, pdf: Path) -> None:
    """The same bytes under another name; a copy where links do not work."""
    pdf.unlink(missing_ok=True)
    with suppress(OSError):
        os.link(source, pdf)
        return
    shutil.copyfile(source, pdf)
