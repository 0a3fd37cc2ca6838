"""Makes a PDF of PostScript and EPS with Ghostscript, a program of its own that may touch no other file."""

import shutil
import signal
import subprocess
from pathlib import Path

from documents.pipeline.steps import pdfium
from documents.pipeline.steps.progress import Killed
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestWork

ENCAPSULATED = b" EPSF-"
NOT_CONVERTED = StepFailed(
    "not_converted",
    "The PostScript file could not be turned into a PDF: it is damaged, or does what is not allowed here. "
    "Save it as a PDF and upload that.",
)


def convert(source: Path, pdf: Path, work: IngestWork) -> None:
    """Write the PDF. A drawing's page is as large as the drawing."""
    with source.open("rb") as file:
        is_drawing = ENCAPSULATED in file.read(4096).partition(b"\n%%")[0]
    command = [
        *(_program(), "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dNOPLATFONTS", "-sDEVICE=pdfwrite"),
        *(["-dEPSCrop"] if is_drawing else []),
        *(f"-sOutputFile={pdf}", "-f", str(source)),
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=work.seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise StepFailed(
            "too_slow",
            f"The PostScript file could not be turned into a PDF within {work.seconds:.0f} seconds. "
            "Save it as a PDF yourself and upload that.",
        ) from error
    if done.returncode == -signal.SIGKILL:
        raise Killed("Ghostscript was killed.")
    # It writes an empty page of what is no program at all, but then it also says that it failed.
    if done.returncode != 0 or not pdfium.has_pages(pdf):
        raise NOT_CONVERTED


def _program() -> str:
    found = shutil.which("gs")
    if not found:
        raise StepFailed(
            "no_ghostscript",
            "This server cannot read PostScript: Ghostscript is not installed. "
            "Ask the administrator to install the Debian package ghostscript.",
        )
    return found
