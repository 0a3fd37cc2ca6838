"""The one table of formats: which extension may hold which kinds of file, and which converter opens each of them."""

from enum import Enum, auto
from pathlib import Path

from documents.pipeline.steps import filetypes, kinds
from documents.pipeline.values import StepFailed


class Converter(Enum):
    """Who makes the PDF; documents.pipeline.steps.convert knows their functions."""

    PDF = auto()
    IMAGE = auto()
    OFFICE = auto()
    POSTSCRIPT = auto()
    SVG = auto()
    TEXT = auto()
    TABLE = auto()
    HTML = auto()
    MAIL = auto()


MS = {kinds.OLD_OFFICE}
TABLE: tuple[tuple[str, set[str], Converter], ...] = (
    ("pdf", {kinds.PDF}, Converter.PDF),
    # Images may come under each other's names: they are read by content anyway.
    ("jpg jpeg png gif bmp webp tif tiff pbm pgm ppm pcx tga xbm xpm ras pcd psd", kinds.IMAGES, Converter.IMAGE),
    ("docx", {kinds.WORD, *MS}, Converter.OFFICE),
    ("xlsx", {kinds.EXCEL, *MS}, Converter.OFFICE),
    ("pptx", {kinds.POWERPOINT, *MS}, Converter.OFFICE),
    ("doc dot", {kinds.WORD, kinds.RTF, kinds.WORD_2003, kinds.WRITE, *MS}, Converter.OFFICE),
    ("doc xls", {kinds.HTML}, Converter.HTML),  # what many programs call so that Office opens it
    ("xls xlt xlw", {kinds.EXCEL, kinds.EXCEL_2003, *MS}, Converter.OFFICE),
    ("ppt pps pot", {kinds.POWERPOINT, *MS}, Converter.OFFICE),
    ("wps wdb wks", {kinds.WORKS, kinds.LOTUS, *MS}, Converter.OFFICE),
    ("wri", {kinds.WRITE, kinds.RTF, *MS}, Converter.OFFICE),
    ("pub", {kinds.PUBLISHER}, Converter.OFFICE),
    ("vsd", {kinds.VISIO}, Converter.OFFICE),
    ("odt", {kinds.ODT}, Converter.OFFICE),
    ("ods", {kinds.ODS}, Converter.OFFICE),
    ("odp", {kinds.ODP}, Converter.OFFICE),
    ("odg", {kinds.ODG}, Converter.OFFICE),
    ("odf", {kinds.ODF}, Converter.OFFICE),
    ("fodt fods fodp fodg", {kinds.FLAT_ODF}, Converter.OFFICE),
    ("sxw stw", {kinds.SXW}, Converter.OFFICE),
    ("sxc stc", {kinds.SXC}, Converter.OFFICE),
    ("sxi sti", {kinds.SXI}, Converter.OFFICE),
    ("sxd std", {kinds.SXD}, Converter.OFFICE),
    ("sxm", {kinds.SXM}, Converter.OFFICE),
    ("sda sdc sdd sdp sdw sgl vor", {kinds.STAROFFICE}, Converter.OFFICE),
    ("uof uot uos uop", {kinds.UOF}, Converter.OFFICE),
    ("key kth numbers pages", {kinds.IWORK}, Converter.OFFICE),
    ("cwk", {kinds.CLARISWORKS}, Converter.OFFICE),
    ("wpd", {kinds.WORDPERFECT}, Converter.OFFICE),
    ("123 wk1 wk3 wk4", {kinds.LOTUS}, Converter.OFFICE),
    ("wb2 wq1 wq2", {kinds.QUATTRO}, Converter.OFFICE),
    ("gnumeric gnm", {kinds.GNUMERIC}, Converter.OFFICE),
    ("abw zabw", {kinds.ABIWORD}, Converter.OFFICE),
    ("fb2", {kinds.FICTION}, Converter.OFFICE),
    ("602", {kinds.T602}, Converter.OFFICE),
    ("hwp", {kinds.HANGUL}, Converter.OFFICE),
    ("dbf", {kinds.DBASE}, Converter.OFFICE),
    ("dif", {kinds.DIF}, Converter.OFFICE),
    ("slk", {kinds.SYLK}, Converter.OFFICE),
    ("mml", {kinds.MATHML}, Converter.OFFICE),
    (
        "xml",
        {kinds.FLAT_ODF, kinds.WORD_2003, kinds.EXCEL_2003, kinds.DOCBOOK, kinds.UOF, kinds.MATHML, kinds.FICTION},
        Converter.OFFICE,
    ),
    ("xml", {kinds.XML, kinds.ABIWORD, kinds.GNUMERIC}, Converter.TEXT),
    ("xml", {kinds.HTML}, Converter.HTML),
    ("xml svg", {kinds.SVG}, Converter.SVG),
    ("emf", {kinds.EMF}, Converter.OFFICE),
    ("svm", {kinds.SVM}, Converter.OFFICE),
    ("pct", {kinds.PICT}, Converter.OFFICE),
    ("cgm", {kinds.CGM}, Converter.OFFICE),
    ("cdr", {kinds.CORELDRAW}, Converter.OFFICE),
    ("cmx", {kinds.COREL_EXCHANGE}, Converter.OFFICE),
    ("zmf", {kinds.ZONER}, Converter.OFFICE),
    ("p65 pm6 pmd", {kinds.PAGEMAKER}, Converter.OFFICE),
    ("qxp", {kinds.QUARK}, Converter.OFFICE),
    ("eps ps", {kinds.POSTSCRIPT}, Converter.POSTSCRIPT),
    ("rtf", {kinds.RTF}, Converter.OFFICE),
    ("eml", {kinds.MAIL}, Converter.MAIL),
    # Last, because nothing that has a better home is to be taken for text.
    ("txt", kinds.WRITTEN, Converter.TEXT),
    ("csv", kinds.WRITTEN, Converter.TABLE),
    ("html htm", {kinds.HTML, kinds.TEXT, kinds.XML}, Converter.HTML),
)
ACCEPTED: dict[str, dict[str, Converter]] = {}
for _extensions, _found, _converter in TABLE:
    for _extension in _extensions.split():
        ACCEPTED.setdefault(_extension, {}).update(dict.fromkeys(_found, _converter))

OPENED: frozenset[str] = frozenset(ACCEPTED)
"""The extensions that documents may have. Others are known to the API, but no program opens them."""


def extension_for(path: Path, claimed: str) -> str:
    """The claimed extension if the content agrees, else the first of the table that does; empty where none does."""
    found = filetypes.sniff(path)
    if found in ACCEPTED.get(claimed, {}):
        return claimed
    return next((extension for extension, accepted in ACCEPTED.items() if found in accepted), "")


def refusal(extension: str) -> str:
    """What to tell people whose file nothing here can open."""
    return (
        f"Files of the type .{extension[:20]} cannot be read here: there is no program that opens them. "
        f"Save it as a PDF and upload that."
    )


def check(path: Path, extension: str) -> Converter:
    """Who converts the file. StepFailed where its extension is not known or speaks of something else."""
    if extension not in OPENED:
        raise StepFailed("unsupported", refusal(extension))
    accepted, found = ACCEPTED[extension], filetypes.sniff(path)
    if found == kinds.NEW_HANGUL:
        raise StepFailed(
            "unsupported", f"There is no program here that opens {found}. Save it as a PDF and upload that."
        )
    if found not in accepted:
        raise StepFailed(
            "wrong_type",
            f"The file was uploaded as .{extension}, but it is {found}. "
            f"Check that it is whole, give it the right extension and upload it as a new document.",
        )
    return accepted[found]
