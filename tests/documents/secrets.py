"""PDFs that hold a secret word on their first page in many ways at once, and a search for what is left of it."""

import io
import random
from collections.abc import Iterator

import pikepdf
import pypdfium2
from django.db import connection
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from docplatform.lib import storage

SIZE = (612, 792)
LINES = 6
FONT = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def word(dice: random.Random) -> str:
    """A word that stands nowhere else."""
    return "Q" + "".join(dice.choices("bcdfgklmnprstvz", k=9))


def pdf(dice: random.Random, secret: str) -> bytes:
    """Two pages. The secret stands in a line of the first one, and in everything about the file that nobody sees."""
    with Pdf.new() as made:
        for number in range(2):
            page = made.add_blank_page(page_size=SIZE)
            page.obj.Contents = made.make_stream(_text(dice, secret if number == 0 else "harbour"))
        shared = Dictionary(Font=Dictionary(F=FONT), XObject=Dictionary(Fm=_form(made, secret)))
        for page in made.pages:
            page.obj.Resources = shared
        _turn(dice, made)
        for decorate in (_scanned, _annotated, _layered, _filled):
            if dice.random() < 0.5:
                decorate(made, secret)
        _described(made, secret)
        kept = io.BytesIO()
        made.save(kept)
        return kept.getvalue()


def _text(dice: random.Random, middle: str) -> bytes:
    lines = [f"(Report number {dice.randrange(1000, 9999)} of the harbour council) Tj T*" for _ in range(LINES)]
    lines[dice.randrange(LINES)] = f"(Paid to {middle} in March) Tj T*"
    return f"BT /F 16 Tf 40 TL 90 650 Td {' '.join(lines)} ET".encode()


def _form(made: Pdf, secret: str) -> Stream:
    """Used by no page, but listed in the resources of both."""
    content = f"BT /F 9 Tf 10 10 Td ({secret}) Tj ET".encode()
    form = made.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 50]))
    form.Resources = Dictionary(Font=Dictionary(F=FONT))
    return form


def _turn(dice: random.Random, made: Pdf) -> None:
    page = made.pages[0].obj
    page.Rotate = dice.choice([0, 90, 180, 270])
    if dice.random() < 0.5:
        page.CropBox = Array([40, 60, 590, 760])


def _scanned(made: Pdf, secret: str) -> None:
    """A picture of all lines, and over it the same text unseen."""
    page = made.pages[0]
    picture = pypdfium2.PdfDocument(_saved(made, rotate=0))[0].render(scale=150 / 72).to_pil().convert("L")
    stream = made.make_stream(picture.tobytes(), Type=Name.XObject, Subtype=Name.Image, BitsPerComponent=8)
    stream.Width, stream.Height, stream.ColorSpace = *picture.size, Name.DeviceGray
    page.obj.Resources = Dictionary(Font=Dictionary(F=FONT), XObject=Dictionary(Im=stream))
    box = page.cropbox
    left, bottom, right, top = (float(side) for side in box)
    hidden = page.Contents.read_bytes().replace(b"BT ", b"BT 3 Tr ")
    drawn = f"q {right - left} 0 0 {top - bottom} {left} {bottom} cm /Im Do Q ".encode()
    page.obj.Contents = made.make_stream(drawn + hidden)


def _saved(made: Pdf, *, rotate: int) -> bytes:
    kept = io.BytesIO()
    turned, made.pages[0].obj.Rotate = made.pages[0].obj.Rotate, rotate
    made.save(kept)
    made.pages[0].obj.Rotate = turned
    return kept.getvalue()


def _annotated(made: Pdf, secret: str) -> None:
    comment = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([500, 100, 520, 120]), Contents=String(secret))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 50, 50]))
    link.Dest = Array([made.pages[0].obj, Name.Fit])
    link.A = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{secret}')"))
    for page in made.pages:
        page.obj.Annots = Array([made.make_indirect(comment), made.make_indirect(link)])


def _layered(made: Pdf, secret: str) -> None:
    """A layer that is switched off, on the page that is not redacted."""
    layer = made.make_indirect(Dictionary(Type=Name.OCG, Name=String(secret)))
    made.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    page = made.pages[1].obj
    page.Resources = Dictionary(Font=Dictionary(F=FONT), Properties=Dictionary(L=layer))
    content = page.Contents.read_bytes() + f" /OC /L BDC BT /F 9 Tf 90 90 Td ({secret}) Tj ET EMC".encode()
    page.Contents = made.make_stream(content)


def _filled(made: Pdf, secret: str) -> None:
    """A form whose field is out of sight."""
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String(secret), F=2)
    field.Rect = Array([90, 90, 200, 110])
    made.Root.AcroForm = Dictionary(Fields=Array([made.make_indirect(field)]), DA=String("/F 10 Tf"))
    made.pages[0].obj.Annots = Array([made.Root.AcroForm.Fields[0]])


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
        if _holds(content, secret) or (content.startswith(b"%PDF") and _pdf_holds(content, secret)):
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


def _pdf_holds(content: bytes, secret: str) -> bool:
    with pikepdf.open(io.BytesIO(content)) as opened:
        return any(_holds(part, secret) for thing in opened.objects for part in _parts(thing))


def _parts(thing: Object) -> Iterator[bytes]:
    yield thing.unparse()
    if isinstance(thing, Stream):
        try:
            yield thing.read_bytes()
        except pikepdf.PdfError:
            yield thing.read_raw_bytes()
    if isinstance(thing, String):
        yield bytes(thing)
