"""Documents of programs that are long gone: written here byte by byte, or kept in foreign.zip with their sources."""

import struct
import zipfile
from pathlib import Path

from tests.documents.pipeline.samples import LINE, openoffice_1

KEPT: dict[str, str] = {
    "cwk": "normal bold italic",
    "hwp": "Hello OpenOffice.org! 안녕하세요",
    "key": "Titre",
    "pmd": "Hello",
    "pub": "Ðóññêèé òåêñò",
    "qxp": "123ttt",
    "sdw": "SwXTextSection",
    "vsd": "test",
    "wdb": "toto tutu titi",
    "wk3": "Introducing Solver",
    "wq1": "black color",
}
"""Extension → words in the document of that kind in foreign.zip."""


def kept(extension: str) -> bytes:
    """What foreign.zip has."""
    with zipfile.ZipFile(Path(__file__).with_suffix(".zip")) as archive:
        return archive.read(f"document.{extension}")


def works() -> bytes:
    """Microsoft Works 2 for DOS: the text, two pages about its looks, and where these are."""
    text = LINE.encode() + b"\r\n"
    end, page = 256 + len(text), (256 + len(text) + 127) // 128
    last = (page + 2) * 128
    header = bytearray(256)
    struct.pack_into("<HH", header, 0, 0xFE01, 1)
    struct.pack_into("<IIIIHIH", header, 0x22, 256, end, last + 20, last, 10, last + 10, 10)
    struct.pack_into("<6H", header, 0x64, 1440, 1440, 1872, 1728, 15840, 12240)  # margins and paper
    looks = struct.pack("<II", 256, end).ljust(127, b"\0") + b"\1"
    places = (struct.pack("<IIH", 256, end, number) for number in (page, page + 1))
    return (bytes(header) + text).ljust(page * 128, b"\0") + looks * 2 + b"".join(places)


def quattro_dos() -> bytes:
    """One label on the one sheet of Quattro Pro 5 for DOS."""
    label = struct.pack("<HHHB", 0, 0, 0xFF0F, len(LINE) + 1) + b"'" + LINE.encode() + b"\0"
    parts = ((0, b"\x21\x51"), (0xCA, b"\0\0"), (15, label), (0xCB, b""), (1, b""))
    return b"".join(struct.pack("<HH", kind, len(part)) + part for kind, part in parts)


def starview() -> bytes:
    """A black rectangle of StarView: no line, a filling, the corners."""
    steps = (
        (0x84, struct.pack("<IB", 0, 1)),
        (0x85, struct.pack("<IB", 0, 1)),
        (0x67, struct.pack("<4i", 9, 9, 90, 90)),
    )
    scale = struct.pack("<HIH2i4iB", 1, 27, 10, 0, 0, 1, 1, 1, 1, 1)
    drawn = (struct.pack("<HHI", kind, 1, len(step)) + step for kind, step in steps)
    return b"VCLMTF" + struct.pack("<HII", 1, 49, 0) + scale + struct.pack("<3I", 150, 100, 3) + b"".join(drawn)


def uniform_text() -> bytes:
    """A letter in the Uniform Office Format, which the Chinese state uses."""
    base = "http://schemas.uof.org/cn/2003"
    spaces = f' xmlns:uof="{base}/uof" xmlns:字="{base}/uof-wordproc"'
    margins = "".join(f' uof:{side}="72"' for side in "上左下右")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><uof:UOF{spaces} uof:mimetype="vnd.uof.text"><uof:文字处理>'
        "<字:公用处理规则><字:文档设置><字:度量单位>pt</字:度量单位></字:文档设置></字:公用处理规则>"
        f"<字:主体><字:分节><字:节属性><字:页边距{margins}/>"
        '<字:纸张 uof:宽度="595" uof:高度="842"/></字:节属性></字:分节>'
        f"<字:段落><字:句><字:文本串>{LINE}</字:文本串></字:句></字:段落></字:主体></uof:文字处理></uof:UOF>"
    ).encode()


_SLIDE = (
    '<draw:page draw:name="p"><draw:text-box svg:width="20cm" svg:height="3cm" svg:x="2cm" svg:y="2cm">'
    f"<text:p>{LINE}</text:p></draw:text-box></draw:page>"
)
_TABLE = (
    '<table:table table:name="T"><table:table-row><table:table-cell>'
    f"<text:p>{LINE}</text:p></table:table-cell></table:table-row></table:table>"
)
_FORMULA = f'<math xmlns="http://www.w3.org/1998/Math/MathML"><mtext>{LINE}</mtext></math>'
MADE: dict[str, bytes] = {
    "stw": openoffice_1(is_named=False),
    "stc": openoffice_1("calc", _TABLE, is_named=False),
    "sxi": openoffice_1("impress", _SLIDE),
    "std": openoffice_1("draw", _SLIDE, is_named=False),
    "sxm": openoffice_1("math", _FORMULA),
    "uot": uniform_text(),
    "wps": works(),
    "wq2": quattro_dos(),
}
"""Extension → a file that says LINE."""
DRAWINGS: dict[str, bytes] = {"svm": starview(), "cdr": kept("cdr"), "zmf": kept("zmf")}
"""Extension → a file with a drawing."""
