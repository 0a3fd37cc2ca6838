"""On demand: takes a message that somebody mailed apart, into the attachments that can become documents."""

import mimetypes
from collections.abc import Iterator, Mapping
from email import policy
from email.parser import BytesParser
from pathlib import Path

from documents.pipeline.letters import LetterWork, Part
from documents.pipeline.steps import formats, mail_parts

MOST = 200  # attachments that are opened; of a message with more the rest is only named
NAME_LENGTH = 255


def run(work: LetterWork) -> Mapping[str, object]:
    """Every attachment, in the order of the message."""
    with Path(work.source).open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    leaves = list(mail_parts.leaves(message))
    shown = "".join(_html(leaves))
    attached = [leaf for leaf in leaves if _is_attached(leaf) and not _is_shown(leaf, shown)]
    parts = [_part(leaf, number, Path(work.folder)) for number, leaf in enumerate(attached[:MOST], 1)]
    return {"parts": parts + [Part(number, _name(leaf)) for number, leaf in enumerate(attached[MOST:], MOST + 1)]}


def _html(leaves: list[mail_parts.Part]) -> Iterator[str]:
    for leaf in leaves:
        if leaf.get_content_type() == "text/html" and not _is_attached(leaf):
            yield mail_parts.content_of(leaf).decode("ascii", "replace")


def _is_attached(leaf: mail_parts.Part) -> bool:
    named = leaf.get_content_disposition() == "attachment" or bool(mail_parts.name_of(leaf))
    return named or mail_parts.is_message(leaf)


def _is_shown(leaf: mail_parts.Part, html: str) -> bool:
    """A picture inside the text, such as the logo below a signature."""
    identity = str(leaf.get("Content-ID", "")).strip("<> \t\r\n")
    return bool(identity) and leaf.get_content_maintype() == "image" and f"cid:{identity}" in html


def _part(leaf: mail_parts.Part, number: int, folder: Path) -> Part:
    name = _name(leaf)
    file = folder / f"part{number}"
    try:
        file.write_bytes(mail_parts.content_of(leaf))
    except (ValueError, LookupError, AttributeError):  # Python writes some broken messages inside messages in vain
        return Part(number, name)
    claimed = Path(name).suffix.lower().lstrip(".")
    opened = claimed in formats.OPENED and file.stat().st_size
    extension = formats.extension_for(file, claimed) if opened else ""
    if not extension:
        file.unlink()
    return Part(number, name, extension, str(file) if extension else "")


def _name(leaf: mail_parts.Part) -> str:
    """With an extension, if need be the one that the type of the content says."""
    if mail_parts.is_message(leaf):
        return f"{Path(mail_parts.name_of(leaf)).stem or 'message'}.eml"
    name = mail_parts.name_of(leaf)[-NAME_LENGTH:] or "attachment"
    return name if Path(name).suffix else name + (mimetypes.guess_extension(leaf.get_content_type()) or "")
