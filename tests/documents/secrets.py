"""PDFs that hold a secret word on their first page in many ways at once, and a search for what is left of it."""

import io
import random
from collections.abc import Iterator

import pikepdf
import pypdfium2
from django.db import connection
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from docplatform.lib import storage
from tests.documents import fonts

SIZE = (612, 792)
LINES = 6
LETTERS = "Report number 0123456789 of the harbour council Paid to in March"
FONT = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def word(dice: random.Random) -> str:
    """A word that stands nowhere else."""
    return "Q" + "".join(dice.choices("bcdfgklmnprstvz", k=9))


def pdf(dice: random.Random, secret: str) -> bytes:
    """Two pages. The secret stands in a line of the first one, and in everything about the file that nobody sees."""
    with Pdf.new() as made:
        font = fonts.add(made, dice.choice(fonts.KINDS), LETTERS + secret)
        for number in range(2):
            page = made.add_blank_page(page_size=SIZE)
            page.obj.Contents = made.make_stream(_text(dice, font, secret if number == 0 else "harbour"))
        shared = Dictionary(Font=Dictionary(F=FONT, B=font.row), XObject=Dictionary(Fm=_form(made, secret)))
        for page in made.pages:
            page.obj.Resources = shared
            page.obj.Annots = Array()
        _turn(dice, made)
        for decorate in (_scanned, _annotated, _stamped, _filled, _layered):
            if dice.random() < 0.5:
                decorate(dice, made, secret)
        _described(made, secret)
        return _saved(made)


def _text(dice: random.Random, font: fonts.Font, middle: str) -> bytes:
    lines = [f"Report number {dice.randrange(1000, 9999)} of the harbour council" for _ in range(LINES)]
    lines[dice.randrange(LINES)] = f"Paid to {middle} in March"
    return f"BT /B 16 Tf 40 TL 90 650 Td {' T* '.join(map(font.show, lines))} ET".encode()


def _form(made: Pdf, secret: str, *, width: float = 200, height: float = 50) -> Stream:
    """Text in a frame of its own."""
    content = f"BT /F 9 Tf 2 2 Td ({secret}) Tj ET".encode()
    form = made.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, width, height]))
    form.Resources = Dictionary(Font=Dictionary(F=FONT))
    return form


def _turn(dice: random.Random, made: Pdf) -> None:
    page = made.pages[0].obj
    page.Rotate = dice.choice([0, 90, 180, 270])
    if dice.random() < 0.5:
        page.CropBox = Array([40, 60, 590, 760])


def _scanned(dice: random.Random, made: Pdf, secret: str) -> None:
    """A picture of all lines, and over it the same text unseen, as OCR programs leave it."""
    page = made.pages[0]
    picture = pypdfium2.PdfDocument(_saved(made, rotate=0))[0].render(scale=150 / 72).to_pil().convert("L")
    stream = made.make_stream(picture.tobytes(), Type=Name.XObject, Subtype=Name.Image, BitsPerComponent=8)
    stream.Width, stream.Height, stream.ColorSpace = picture.width, picture.height, Name.DeviceGray
    _give(page.obj, XObject=Dictionary(Im=stream))
    left, bottom, right, top = (float(side) for side in page.cropbox)
    hidden = page.Contents.read_bytes().replace(b"BT ", b"BT 3 Tr ")
    drawn = f"q {right - left} 0 0 {top - bottom} {left} {bottom} cm /Im Do Q ".encode()
    page.obj.Contents = made.make_stream(drawn + hidden)


def _give(page: Object, **kinds: Dictionary) -> None:
    """Resources that other pages do not have."""
    page.Resources = Dictionary(dict(page.Resources) | {f"/{kind}": entries for kind, entries in kinds.items()})


def _saved(made: Pdf, *, rotate: int | None = None) -> bytes:
    kept = io.BytesIO()
    page = made.pages[0].obj
    turned = page.Rotate
    page.Rotate = turned if rotate is None else rotate
    made.save(kept)
    page.Rotate = turned
    return kept.getvalue()


def _place(made: Pdf, secret: str) -> tuple[float, float, float, float]:
    """Where it stands on the page that is redacted: left, bottom, right, top."""
    text = pypdfium2.PdfDocument(_saved(made))[0].get_textpage()
    found = text.search(secret).get_next()
    assert found
    lefts, bottoms, rights, tops = zip(*(text.get_charbox(found[0] + i) for i in range(found[1])), strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _annotated(dice: random.Random, made: Pdf, secret: str) -> None:
    comment = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([500, 100, 520, 120]), Contents=String(secret))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]))
    link.Dest = Array([made.pages[0].obj, Name.Fit])
    link.A = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{secret}')"))
    for page in made.pages:
        page.obj.Annots.extend([made.make_indirect(comment), made.make_indirect(link)])


def _stamped(dice: random.Random, made: Pdf, secret: str) -> None:
    """A text that somebody typed over the word: the same."""
    typed = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Contents=String(secret), F=4, DA=String("/F 9 Tf 0 g"))
    typed.RC = String(f"<body><p>{secret}</p></body>")
    _lay(made, typed, secret)


def _lay(made: Pdf, annotation: Dictionary, secret: str) -> None:
    """Onto the word, where it shows the word again."""
    left, bottom, right, top = _place(made, secret)
    annotation.Rect = Array([left, bottom, right, top])
    annotation.AP = Dictionary(N=_form(made, secret, width=right - left, height=top - bottom))
    made.pages[0].obj.Annots.append(made.make_indirect(annotation))


def _layered(dice: random.Random, made: Pdf, secret: str) -> None:
    """A layer that is switched off, on both pages; one that is on has the lines of the page that is redacted."""
    off = made.make_indirect(Dictionary(Type=Name.OCG, Name=String(secret)))
    on = made.make_indirect(Dictionary(Type=Name.OCG, Name=String("Lines")))
    made.Root.OCProperties = Dictionary(OCGs=Array([off, on]), D=Dictionary(OFF=Array([off]), ON=Array([on])))
    hidden = f" /OC /L BDC BT /F 9 Tf 90 90 Td ({secret}) Tj ET EMC".encode()
    for page, begin, end in ((made.pages[0].obj, b"/OC /S BDC ", b" EMC"), (made.pages[1].obj, b"", b"")):
        _give(page, Properties=Dictionary(L=off, S=on))
        page.Contents = made.make_stream(begin + page.Contents.read_bytes() + end + hidden)


def _filled(dice: random.Random, made: Pdf, secret: str) -> None:
    """Forms with a field out of sight, or one that lies on the word."""
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String(secret))
    field.DA = String("/F 9 Tf 0 g")
    field.F = dice.choice([2, 4])
    _lay(made, field, secret)
    fields = Array([made.pages[0].obj.Annots[-1]])
    made.Root.AcroForm = Dictionary(Fields=fields, DA=field.DA, DR=Dictionary(Font=Dictionary(F=FONT)))


def _described(made: Pdf, secret: str) -> None:
    made.docinfo["/Title"] = String(secret + " é")  # which makes it UTF-16
    with made.open_metadata() as metadata:
        metadata["dc:title"] = secret
    made.attachments["notes.txt"] = secret.encode()
    with made.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(secret, 0))
    made.pages[0].obj.PieceInfo = Dictionary(App=Dictionary(Private=String(secret)))
    made.pages[1].obj.Metadata = made.make_stream(secret.encode())


def places(secret: str) -> Iterator[str]:
    """Where the secret can still be found: keys of files, and tables."""
    for key in keys():
        content = storage.backend().read(key)
        if _holds(content, secret) or (content.startswith(b"%PDF") and pdf_holds(content, secret)):
            yield key
    yield from tables(secret)


def keys() -> set[str]:
    """Every stored file."""
    return {key for folder in ("documents", "pages", "uploads", "work") for key in storage.backend().keys(folder)}


def tables(secret: str) -> Iterator[str]:
    """Tables with a row that holds it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{secret}%"])
            if cursor.fetchone()[0]:
                yield table


def _holds(content: bytes, secret: str) -> bool:
    forms = [secret.encode(), secret.encode("utf-16-be"), secret.encode("utf-16-le"), secret.encode().hex().encode()]
    return any(form.lower() in content.lower() for form in forms)


def pdf_holds(content: bytes, secret: str) -> bool:
    """As text of a page, whatever its codes, or in any object."""
    for page in pypdfium2.PdfDocument(content):
        if secret.lower() in page.get_textpage().get_text_range().lower():  # whatever its codes
            return True
    with pikepdf.open(io.BytesIO(content)) as opened:
        return any(_holds(part, secret) for thing in opened.objects for part in parts(thing))


def parts(thing: Object) -> Iterator[bytes]:
    """An object, and what is packed into it."""
    yield thing.unparse(resolved=True)
    if isinstance(thing, Stream):
        yield thing.stream_dict.unparse(resolved=True)
        try:
            yield thing.read_bytes()
        except pikepdf.PdfError:
            yield thing.read_raw_bytes()
    if isinstance(thing, String):
        yield bytes(thing)
