"""Makes a PDF of an e-mail message: who wrote what to whom, and then the pages of every attachment that has some."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from pathlib import Path

import pikepdf

from documents.pipeline.steps import convert_text, filetypes, formats, kinds
from documents.pipeline.steps.mail_parts import Part, content_of, is_message, leaves, name_of
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestWork

Convert = Callable[[Path, Path, IngestWork], None]

HEADERS = ("From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Date", "Subject")
MOST_ATTACHMENTS = 100
DEEPEST = 4  # messages in messages in messages
SHARE = 0.7  # of the time, for the attachments; the rest is for the message itself
EMBEDDED = {kinds.JPEG: "jpeg", kinds.PNG: "png", kinds.GIF: "gif", kinds.BMP: "bmp"}


@dataclass(frozen=True)
class Attachment:
    """What came with the message: pages if it can be shown, else the reason why not."""

    name: str
    pdf: Path | None = None
    pages: int = 0
    reason: str = ""

    def line(self) -> str:
        """For the list in the message."""
        if self.pdf:
            return f"{self.name} ({self.pages} {'page' if self.pages == 1 else 'pages'}, below)"
        return f"{self.name} (not shown: {self.reason})"


def convert(source: Path, pdf: Path, work: IngestWork, *, convert: Convert) -> None:
    """Write the PDF; `convert` makes PDFs of attachments."""
    with source.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    # A message at the top may take longer: it is many files in one.
    seconds = work.seconds if work.depth else 2 * work.seconds
    texts, others = _sorted(message)
    texts, others = _with_pictures(texts, others, pdf.with_name("picture"))
    attached = list(_converted(others, pdf, replace(work, seconds=seconds * SHARE, depth=work.depth + 1), convert))
    first = pdf.with_name("message.pdf")
    letter = _head(message, attached) + "<hr>".join(texts)
    convert_text.print_html(letter, first, replace(work, seconds=seconds * (1 - SHARE)))
    with pikepdf.open(first) as document:
        for attachment in attached:
            if attachment.pdf:
                with pikepdf.open(attachment.pdf) as more:
                    document.pages.extend(more.pages)
        document.save(pdf)


def _sorted(message: Part) -> tuple[list[str], list[Part]]:
    """The texts that are read one after another, as HTML, and everything else."""
    texts: list[str] = []
    others: list[Part] = []
    for part in leaves(message):
        kind = part.get_content_type()
        is_inline = part.get_content_disposition() != "attachment" and not name_of(part)
        if is_inline and kind == "text/html":
            texts.append(_text(part))
        elif is_inline and kind == "text/plain":
            texts.append(f"<p>{escape(_text(part).rstrip()).replace(chr(10), '<br>')}</p>")
        else:
            others.append(part)
    return texts, others


def _text(part: Part) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "ascii").replace("\r\n", "\n")
    except (LookupError, ValueError):
        return convert_text.decoded(content).replace("\r\n", "\n")


def _with_pictures(texts: list[str], others: list[Part], scratch: Path) -> tuple[list[str], list[Part]]:
    """Put the pictures that the texts speak of into them."""
    left: list[Part] = []
    for part in others:
        named = str(part.get("Content-ID", "")).strip("<> \t\r\n")
        address = re.compile(re.escape(f"cid:{named}") + r"(?=[\"'\s>])", re.I)
        if not named or not any(address.search(text) for text in texts):
            left.append(part)
            continue
        scratch.write_bytes(content_of(part))
        kind = EMBEDDED.get(filetypes.sniff(scratch))
        if kind is None:
            left.append(part)
            continue
        data = f"data:image/{kind};base64,{base64.b64encode(scratch.read_bytes()).decode()}"
        texts = [address.sub(data, text) for text in texts]
    return texts, left


def _converted(parts: list[Part], pdf: Path, work: IngestWork, convert: Convert) -> Iterator[Attachment]:
    deadline = time.monotonic() + work.seconds
    for number, part in enumerate(parts, 1):
        name = name_of(part) or ("forwarded message" if is_message(part) else "unnamed")
        left = deadline - time.monotonic()
        if number > MOST_ATTACHMENTS or left < 1:
            yield Attachment(name, reason="there are too many attachments")
        elif work.depth > DEEPEST:
            yield Attachment(name, reason="it is inside too many other messages")
        else:
            yield _one(part, name, pdf.with_name(f"attachment{number}"), replace(work, seconds=left), convert)


def _one(part: Part, name: str, folder: Path, work: IngestWork, convert: Convert) -> Attachment:
    folder.mkdir()
    source, pdf = folder / "source", folder / "document.pdf"
    source.write_bytes(content_of(part))
    claimed = Path(name).suffix.lower().lstrip(".")
    if not source.stat().st_size:
        return Attachment(name, reason="it is empty")
    extension = formats.extension_for(source, claimed)
    if not extension:
        return Attachment(name, reason=f"it is {filetypes.sniff(source)}, and no program here opens that")
    try:
        convert(source, pdf, replace(work, extension=extension))
        with pikepdf.open(pdf) as made:
            return Attachment(name, pdf, len(made.pages))
    except StepFailed as failed:
        return Attachment(name, reason=failed.message.partition(". ")[0].rstrip("."))
    except pikepdf.PdfError:
        return Attachment(name, reason="it is damaged")


def _head(message: EmailMessage, attached: list[Attachment]) -> str:
    rows = [(name, _header(message, name)) for name in HEADERS]
    rows += [("Attachment", attachment.line()) for attachment in attached]
    lines = (f"<b>{name}:</b> {escape(value)}<br>" for name, value in rows if value)
    return f"<p>{''.join(lines)}</p><hr>"


def _header(message: EmailMessage, name: str) -> str:
    try:
        return ", ".join(str(value) for value in message.get_all(name, []))
    except Exception:  # as above; the line as it stands is better than none
        return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
