"""Which converter makes a PDF out of which kind of file."""

from collections.abc import Callable
from pathlib import Path

from documents.pipeline.steps import convert_image, convert_office, convert_text, filetypes, repair
from documents.pipeline.work import IngestWork

Converter = Callable[[Path, Path, IngestWork], None]
"""Source, the PDF to write, and what is known about the upload."""

CONVERTERS: dict[str, Converter] = {
    filetypes.PDF: repair.take,
    **dict.fromkeys(filetypes.IMAGES, convert_image.convert),
    filetypes.WORD: convert_office.convert,
    filetypes.EXCEL: convert_office.convert,
    filetypes.POWERPOINT: convert_office.convert,
    filetypes.ODT: convert_office.convert,
    filetypes.ODS: convert_office.convert,
    filetypes.ODP: convert_office.convert,
    filetypes.ODG: convert_office.convert,
    filetypes.OLD_OFFICE: convert_office.convert,
    filetypes.FLAT_ODF: convert_office.convert,
    filetypes.RTF: convert_office.convert,
    filetypes.HTML: convert_text.convert_html,
    filetypes.TEXT: convert_text.convert_plain,
}
BY_EXTENSION: dict[str, Converter] = {
    "txt": convert_text.convert_plain,
    "csv": convert_text.convert_table,
    "html": convert_text.convert_html,
    "htm": convert_text.convert_html,
}
"""Where the extension says how text is meant to look."""


def convert(kind: str, pdf: Path, work: IngestWork) -> None:
    """Write the PDF."""
    extension = work.extension.lower().lstrip(".")
    converter = BY_EXTENSION.get(extension, CONVERTERS[kind])
    converter(Path(work.source), pdf, work)
