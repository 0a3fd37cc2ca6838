"""Makes a PDF of an SVG drawing, after everything that is loaded or run has been taken out of it."""

import re
from pathlib import Path

from lxml import etree

from documents.pipeline.steps import convert_office
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestWork

EMBEDDED = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp|bmp)[;,])", re.I)
LOADED = re.compile(r"@import[^;]*;?|url\(\s*['\"]?(?!\s*['\"]?(#|data:image/(png|jpe?g|gif)))[^)]*\)", re.I)
UNWANTED = ("script", "foreignObject", "iframe", "audio", "video")
DAMAGED = StepFailed(
    "damaged", "The drawing is damaged: it is not sound XML. Open it in another program, save it again and upload that."
)


def convert(source: Path, pdf: Path, work: IngestWork) -> None:
    """Write the PDF."""
    reader = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, remove_comments=True)
    try:
        tree = etree.parse(str(source), reader)
    except (etree.XMLSyntaxError, OSError) as error:
        raise DAMAGED from error
    _disarm(tree.getroot())
    plain = pdf.with_name("plain.svg")
    plain.write_bytes(etree.tostring(tree.getroot(), encoding="utf-8", xml_declaration=True))
    convert_office.print_(plain, pdf, work, extension="svg")


def _disarm(root: "etree._Element") -> None:
    """Only what is inside the drawing may be shown."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or etree.QName(element).localname in UNWANTED:
            if (parent := element.getparent()) is not None:
                parent.remove(element)
            continue
        if etree.QName(element).localname == "style" and element.text:
            element.text = LOADED.sub("none", element.text)
        for name, value in list(element.attrib.items()):
            is_reference = etree.QName(name).localname in ("href", "src")
            if (is_reference and not EMBEDDED.match(value)) or etree.QName(name).localname.startswith("on"):
                del element.attrib[name]
            elif "url" in value.lower():
                element.attrib[name] = LOADED.sub("none", value)
