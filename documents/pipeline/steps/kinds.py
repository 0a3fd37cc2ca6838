"""What a file can really be: the names that people are told, and the families that the other modules speak of."""

PDF = "a PDF"
JPEG, PNG, GIF, BMP, WEBP, TIFF, PCX, TARGA, XBM, XPM = (
    f"a {name} image" for name in ("JPEG", "PNG", "GIF", "BMP", "WebP", "TIFF", "PCX", "Targa", "XBM", "XPM")
)
PBM, SUN, PHOTO_CD, PHOTOSHOP = "a PBM, PGM or PPM image", "a Sun raster image", "a Photo CD image", "a Photoshop image"
IMAGES = {JPEG, PNG, GIF, BMP, WEBP, TIFF, PCX, TARGA, XBM, XPM, PBM, SUN, PHOTO_CD, PHOTOSHOP}

SVG, EMF, SVM, PICT = "an SVG drawing", "an EMF drawing", "a StarView drawing", "a Macintosh PICT drawing"
CGM, CORELDRAW, COREL_EXCHANGE = "a CGM drawing", "a CorelDRAW drawing", "a Corel exchange drawing"
VISIO, ZONER = "a Visio drawing", "a Zoner drawing"
PUBLISHER, PAGEMAKER, QUARK = "a Publisher document", "a PageMaker document", "a QuarkXPress document"
POSTSCRIPT = "a PostScript file"

WORD, EXCEL, POWERPOINT = "a Word document", "an Excel workbook", "a PowerPoint presentation"
OLD_OFFICE = "an older Microsoft Office document"
WORD_2003, EXCEL_2003 = "a Word 2003 XML document", "an Excel 2003 XML workbook"
WORKS, WRITE = "a Microsoft Works document", "a Windows Write document"
ODT, ODS, ODP, ODG, ODF = (
    f"an OpenDocument {name}" for name in ("text", "spreadsheet", "presentation", "drawing", "formula")
)
FLAT_ODF = "an OpenDocument XML file"
SXW, SXC, SXI, SXD, SXM = (
    f"an OpenOffice 1 {name}" for name in ("text", "spreadsheet", "presentation", "drawing", "formula")
)
STAROFFICE, UOF = "a StarOffice document", "a Uniform Office document"
IWORK, CLARISWORKS = "an Apple iWork document", "a ClarisWorks or AppleWorks document"
WORDPERFECT, LOTUS, QUATTRO = "a WordPerfect document", "a Lotus spreadsheet", "a Quattro Pro spreadsheet"
GNUMERIC, ABIWORD, FICTION, T602 = "a Gnumeric spreadsheet", "an AbiWord document", "a FictionBook", "a T602 document"
HANGUL, NEW_HANGUL = "a Hangul 97 document", "a document of Hangul 2000 or later"
DBASE, DIF, SYLK = "a dBASE table", "a DIF table", "a SYLK table"
MATHML, DOCBOOK, XML = "a MathML formula", "a DocBook document", "an XML file"

MAIL = "an e-mail message"
ZIP, BROKEN_ZIP = "a ZIP archive", "a damaged ZIP archive"
RTF, HTML, TEXT, UNKNOWN = "an RTF document", "a web page", "plain text", "something unknown"

WRITTEN = {
    *(TEXT, HTML, RTF, MAIL, XML, FLAT_ODF, WORD_2003, EXCEL_2003, UOF, MATHML, DOCBOOK, FICTION, ABIWORD, GNUMERIC),
    *(SVG, POSTSCRIPT, XBM, XPM, DIF, SYLK, T602),
}
"""What people can read in an editor, and may call plain text."""
