"""Makes a PDF out of any file that the table of formats knows."""

from collections.abc import Callable
from pathlib import Path

from documents.pipeline.steps import (
    convert_email,
    convert_image,
    convert_office,
    convert_postscript,
    convert_svg,
    convert_text,
    formats,
    repair,
)
from documents.pipeline.steps.formats import Converter
from documents.pipeline.work import IngestWork

CONVERTERS: dict[Converter, Callable[[Path, Path, IngestWork], None]] = {
    Converter.PDF: repair.take,
    Converter.IMAGE: convert_image.convert,
    Converter.OFFICE: convert_office.convert,
    Converter.POSTSCRIPT: convert_postscript.convert,
    Converter.SVG: convert_svg.convert,
    Converter.TEXT: convert_text.convert_plain,
    Converter.TABLE: convert_text.convert_table,
    Converter.HTML: convert_text.convert_html,
    Converter.MAIL: lambda source, pdf, work: convert_email.convert(source, pdf, work, convert=convert),
}
"""Source, the PDF to write, and what is known about the upload."""


def convert(source: Path, pdf: Path, work: IngestWork) -> None:
    """Write the PDF. StepFailed where the file is not what its extension says, or cannot be opened."""
    CONVERTERS[formats.check(source, work.extension)](source, pdf, work)
