"""The smallest files of formats that nothing here can write any more, each with one line of text or one drawing."""

import gzip
import io
import struct
import zipfile

from PIL import Image

from tests.documents.pipeline import making

LINE = "Gruesse aus Koeln"
_LINE = LINE.encode()


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def lotus(version: int, size: int = 2) -> bytes:
    """A Lotus spreadsheet with one label; Works and Quattro Pro began like it."""
    begin = _record(0, struct.pack("<HH", version, 4 if size > 2 else 0)[: 2 if size == 2 else 4].ljust(size, b"\0"))
    if size > 2:
        return begin + _record(0x16, b"\0\0\0\0'" + _LINE + b"\0") + _record(1, b"")
    return begin + _record(6, bytes(8)) + _record(15, b"\xff\0\0\0\0'" + _LINE + b"\0") + _record(1, b"")


def quattro() -> bytes:
    """A sheet of Quattro Pro 5 for Windows."""
    label = _record(15, bytes(6) + b"'" + _LINE + b"\0")
    return _record(0, b"\x02\x10") + _record(0xCA, b"\0\0") + label + _record(0xCB, b"") + _record(1, b"")


def windows_write() -> bytes:
    """Text between a header and two pages about its looks."""
    text = _LINE + b"\r\n"
    end, page = 128 + len(text), (128 + len(text) + 127) // 128
    header = bytearray(128)
    struct.pack_into("<HHH", header, 0, 0xBE31, 0, 0xAB00)
    struct.pack_into("<I6H", header, 14, end, page + 1, *[page + 2] * 5)
    struct.pack_into("<H", header, 96, page + 2)
    looks = struct.pack("<IIH", 128, end, 0xFFFF).ljust(127, b"\0") + b"\1"
    return (bytes(header) + text).ljust(128 * page, b"\0") + looks * 2


def wordperfect() -> bytes:
    """WordPerfect 5.1: a header, then the text."""
    return b"\xffWPC" + struct.pack("<I", 16) + b"\x01\x0a\0\0" + bytes(4) + _LINE + b"\n"


def cgm() -> bytes:
    """A triangle in a computer graphics metafile."""

    def element(group: int, number: int, content: bytes = b"") -> bytes:
        return struct.pack(">H", group << 12 | number << 5 | len(content)) + content + bytes(len(content) % 2)

    version, size = struct.pack(">H", 1), struct.pack(">4h", 0, 0, 20000, 20000)
    corners = struct.pack(">6h", 1000, 1000, 19000, 1000, 1000, 19000)
    start = element(0, 1, b"\1x") + element(1, 1, version) + element(0, 3, b"\1p") + element(2, 6, size)
    return start + element(0, 4) + element(4, 7, corners) + element(0, 5) + element(0, 2)


def pict() -> bytes:
    """A black rectangle as a Macintosh drew it."""
    frame, box = struct.pack(">4h", 0, 0, 200, 300), struct.pack(">4h", 20, 20, 180, 150)
    return bytes(512) + b"\0\0" + frame + b"\x11\x01\x01\0\x0a" + frame + b"\x31" + box + b"\xff"


def packed(**entries: str) -> bytes:
    """An archive; `__` stands for a dot."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "."), content)
    return kept.getvalue()


def pages() -> bytes:
    """A letter of Apple's Pages 2009."""
    apple = "http://developer.apple.com/namespaces"
    return packed(
        index__xml=f'<?xml version="1.0"?><sl:document xmlns:sl="{apple}/sl" xmlns:sf="{apple}/sf" '
        'sl:version="92008102400"><sl:publication-info/><sl:section-prototypes/><sf:text-storage sf:kind="body">'
        f'<sf:text-body><sf:section sf:name="s"><sf:layout><sf:p>{LINE}<sf:br/></sf:p></sf:layout></sf:section>'
        "</sf:text-body></sf:text-storage></sl:document>"
    )


def openoffice_1(kind: str = "writer", content: str = "", *, is_named: bool = True) -> bytes:
    """A file of OpenOffice 1. Its first versions named its kind only in the manifest, and so do templates."""
    mimetype = f"application/vnd.sun.xml.{kind}"
    names = ("office", "text", "table", "draw")
    spaces = "".join(f' xmlns:{name}="http://openoffice.org/2000/{name.replace("draw", "drawing")}"' for name in names)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        if is_named:
            archive.writestr("mimetype", mimetype)
        archive.writestr(
            "content.xml",
            content
            if content.startswith("<math")
            else f'<?xml version="1.0"?><office:document-content{spaces} xmlns:svg="http://www.w3.org/2000/svg" '
            f'office:version="1.0"><office:body>{content or f"<text:p>{LINE}</text:p>"}</office:body>'
            "</office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">'
            f'<manifest:file-entry manifest:media-type="{mimetype}" manifest:full-path="/"/>'
            '<manifest:file-entry manifest:media-type="text/xml" manifest:full-path="content.xml"/>'
            "</manifest:manifest>",
        )
    return kept.getvalue()


ABIWORD = (
    '<?xml version="1.0" encoding="UTF-8"?><abiword xmlns="http://www.abisource.com/awml.dtd" version="1.1.2">'
    f"<section><p>{LINE}</p></section></abiword>"
).encode()
GNUMERIC = (
    '<?xml version="1.0" encoding="UTF-8"?><gnm:Workbook xmlns:gnm="http://www.gnumeric.org/v10.dtd">'
    "<gnm:SheetNameIndex><gnm:SheetName>S</gnm:SheetName></gnm:SheetNameIndex><gnm:Sheets><gnm:Sheet>"
    "<gnm:Name>S</gnm:Name><gnm:MaxCol>1</gnm:MaxCol><gnm:MaxRow>1</gnm:MaxRow><gnm:Cells>"
    f'<gnm:Cell Row="0" Col="0" ValueType="60">{LINE}</gnm:Cell></gnm:Cells></gnm:Sheet></gnm:Sheets></gnm:Workbook>'
).encode()
FICTION = (
    '<?xml version="1.0" encoding="UTF-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0">'
    f"<description/><body><section><p>{LINE}</p></section></body></FictionBook>"
).encode()
MATHML = (
    b'<?xml version="1.0"?><math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi>E</mi><mo>=</mo><mi>mass</mi>'
    b"</mrow></math>"
)
WORD_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument '
    'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xml:space="preserve"><w:body><w:p><w:r><w:t>'
    f"{LINE}</w:t></w:r></w:p></w:body></w:wordDocument>"
).encode()
EXCEL_2003 = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table><Row><Cell>'
    f'<Data ss:Type="String">{LINE}</Data></Cell></Row></Table></Worksheet></Workbook>'
).encode()
SYLK = f'ID;PWXL;N;E\r\nC;Y1;X1;K"{LINE}"\r\nE\r\n'.encode()
DIF = (
    'TABLE\r\n0,1\r\n"x"\r\nVECTORS\r\n0,1\r\n""\r\nTUPLES\r\n0,1\r\n""\r\nDATA\r\n0,0\r\n""\r\n-1,0\r\nBOT\r\n'
    f'1,0\r\n"{LINE}"\r\n-1,0\r\nEOD\r\n'
).encode()
DBASE = (
    struct.pack("<B3BIHH20x", 3, 126, 11, 22, 1, 65, 21)
    + b"NAME".ljust(11, b"\0")
    + b"C"
    + bytes(4)
    + struct.pack("<B15x", 20)
    + b"\x0d "
    + _LINE.ljust(20)
    + b"\x1a"
)
SVG = (
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY who "Koeln">]><svg xmlns="http://www.w3.org/2000/svg" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" width="300" height="200">'
    '<text x="10" y="100">Gruesse aus &who;</text>{more}</svg>'
)
EPS = (
    "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 200\n%%EndComments\n"
    f"/Helvetica findfont 20 scalefont setfont 20 100 moveto ({LINE}) show\n%%EOF\n"
).encode()
POSTSCRIPT = (
    f"%!PS-Adobe-3.0\n/Helvetica findfont 20 scalefont setfont 72 700 moveto ({LINE}) show showpage\n"
    "72 700 moveto (second) show showpage\n"
).encode()


def flat(extension: str) -> bytes:
    """An OpenDocument file in one piece, which LibreOffice turns into other formats."""
    kind, body = {
        "fodt": ("text", "<office:text><text:p>{line}</text:p></office:text>"),
        "fods": ("spreadsheet", f"<office:spreadsheet>{_TABLE}</office:spreadsheet>"),
        "fodp": ("presentation", f"<office:presentation>{_SLIDE}</office:presentation>"),
        "fodg": ("graphics", f"<office:drawing>{_SLIDE}</office:drawing>"),
    }[extension]
    spaces = (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("svg", "svg-compatible"),
    )
    names = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}:1.0"' for name, rest in spaces)
    return (
        f'<?xml version="1.0"?><office:document{names} office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:body>{body.format(line=LINE)}'
        "</office:body></office:document>"
    ).encode()


_TABLE = (
    '<table:table table:name="T"><table:table-row><table:table-cell office:value-type="string"><text:p>{line}</text:p>'
    "</table:table-cell></table:table-row></table:table>"
)
_SLIDE = (
    '<draw:page draw:name="p"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="2cm" svg:y="2cm"><draw:text-box>'
    "<text:p>{line}</text:p></draw:text-box></draw:frame></draw:page>"
)
TEXTS: dict[str, bytes] = {
    "602": b"@CT 0\r\n@LM 10\r\n@RM 70\r\n@PL 60\r\n" + _LINE + b"\r\n",
    "123": lotus(0x1003, 26),
    "abw": ABIWORD,
    "zabw": gzip.compress(ABIWORD),
    "fb2": FICTION,
    "gnumeric": gzip.compress(GNUMERIC),
    "gnm": GNUMERIC,
    "pages": pages(),
    "sxw": openoffice_1(),
    "wb2": quattro(),
    "wk1": lotus(0x0406),
    "wks": lotus(0x0404),
    "wpd": wordperfect(),
    "wri": windows_write(),
    "svg": SVG.format(more="").encode(),
    "eps": EPS,
    "ps": POSTSCRIPT,
    "doc": WORD_2003,
    "xls": EXCEL_2003,
    "slk": SYLK,
    "dif": DIF,
    "dbf": DBASE,
    "xml": f'<?xml version="1.0"?><note><to>{LINE}</to></note>'.encode(),
}
"""Extension → a file that says LINE."""
DRAWINGS: dict[str, bytes] = {"cgm": cgm(), "pct": pict()}
"""Extension → a file with something black in it."""


def rasters() -> dict[str, bytes]:
    """Extension → a picture with a black left half."""
    image = Image.new("RGB", (300, 200), "white")
    image.paste((0, 0, 0), (0, 0, 150, 200))
    bands = image.tobytes()
    line = b'"' + b"a" * 20 + b"b" * 20 + b'"'
    written = {"ppm": ("PPM", "RGB"), "pgm": ("PPM", "L"), "pbm": ("PPM", "1"), "pcx": ("PCX", "RGB")} | {
        "tga": ("TGA", "RGB"),
        "xbm": ("XBM", "1"),
    }
    return {
        **{name: making.image_bytes(image.convert(mode), kind) for name, (kind, mode) in written.items()},
        "xbm": making.image_bytes(image.convert("L").point(lambda shade: 255 - shade).convert("1"), "XBM"),
        "xpm": b'/* XPM */\nstatic char *x[] = {\n"40 20 2 1",\n"a c #000000",\n"b c #FFFFFF",\n'
        + b",\n".join([line] * 20)
        + b"};\n",
        "ras": struct.pack(">8I", 0x59A66A95, 300, 200, 24, len(bands), 1, 0, 0) + bands,
        "psd": b"8BPS"
        + struct.pack(">H6xHIIHH", 1, 3, 200, 300, 8, 3)
        + bytes(14)
        + bands[0::3]
        + bands[1::3]
        + bands[2::3],
        "pcd": (bytes(2048) + b"PCD_IPI").ljust(96 * 2048, b"\0") + photo_cd(),
    }


def photo_cd() -> bytes:
    """768 × 512 points, two rows of light and one of colours at a time."""
    row = bytes(384) + bytes([180]) * 384
    colours = bytes([156]) * 384 + bytes([137]) * 384
    return (row * 2 + colours) * 256
