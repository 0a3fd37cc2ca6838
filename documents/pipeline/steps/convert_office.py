"""Makes a PDF of an office document with LibreOffice: one process and one profile for each file, both thrown away.

LibreOffice loads what documents link to, runs what they contain and reports success whatever happened. So the
profile forbids links and macros and sends all else to a proxy that is not there, and only the PDF counts.
"""

import gzip
import os
import shutil
import signal
import subprocess
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from documents.pipeline.steps import archive, filetypes, jail, kinds, pdfium
from documents.pipeline.steps.progress import Killed
from documents.pipeline.values import MIB, StepFailed
from documents.pipeline.work import IngestWork

SECONDS = 180
GZIP = b"\x1f\x8b"
RATIO, RATIO_FROM = 150, 50 * MIB  # a sound part of an office file shrinks to a hundredth at most
ENTRIES = 20_000
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WRONG_PASSWORD = StepFailed(
    "password", "The document is protected with a password. Remove the password, then upload it as a new document."
)
TOO_LARGE = StepFailed(
    "too_large",
    "The document is far larger unpacked than packed and is not opened for safety. Save it as a PDF and upload that.",
)
NOT_CONVERTED = StepFailed(
    "not_converted",
    "The document could not be turned into a PDF: it is damaged or protected. "
    "Open it, save it as a PDF and upload that.",
)
SETTINGS: tuple[tuple[str, str, str, str], ...] = (
    ("Inet/Settings", "ooInetProxyType", "int", "1"),
    *(("Inet/Settings", f"ooInet{kind}ProxyName", "string", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
    *(("Inet/Settings", f"ooInet{kind}ProxyPort", "int", "9") for kind in ("HTTP", "HTTPS", "FTP")),
    ("Inet/Settings", "ooInetNoProxy", "string", ""),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "boolean", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "int", "3"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "boolean", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "boolean", "true"),
    ("Office.Writer/Content/Update", "Link", "int", "2"),
    ("Office.Calc/Content/Update", "Link", "int", "2"),
    ("Office.Common/Misc", "UseLocking", "boolean", "false"),
)
READERS: dict[str, str] = {
    kinds.ABIWORD: "AbiWord",
    kinds.CGM: "CGM - Computer Graphics Metafile",
    kinds.CORELDRAW: "Corel Draw Document",
    kinds.COREL_EXCHANGE: "Corel Presentation Exchange",
    kinds.DBASE: "dBase",
    kinds.DIF: "DIF",
    kinds.FICTION: "FictionBook 2",
    kinds.GNUMERIC: "Gnumeric Spreadsheet",
    kinds.HANGUL: "writer_MIZI_Hwp_97",
    kinds.PAGEMAKER: "PageMaker Document",
    kinds.PUBLISHER: "Publisher Document",
    kinds.QUARK: "QXP Document",
    kinds.SYLK: "SYLK",
    kinds.T602: "T602Document",
    kinds.VISIO: "Visio Document",
    kinds.WORDPERFECT: "WordPerfect",
    kinds.ZONER: "ZMF Document",
}
"""Kinds with one reader. Left to guess, LibreOffice prints what it cannot read as if it were text."""
APPLE = {"key": "Apple Keynote", "kth": "Apple Keynote", "numbers": "Apple Numbers", "pages": "Apple Pages"}
PREVIEW = "QuickLook/Preview.pdf"
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
{items}
</oor:items>
"""
ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse" oor:type="xs:{kind}">'
    "<value>{value}</value></prop></item>"
)


def convert(source: Path, pdf: Path, work: IngestWork) -> None:
    """Write the PDF of a document of any kind that LibreOffice opens."""
    _check(source, work.unpacked_limit)
    kind, mended = filetypes.sniff(source), pdf.with_name("mended")
    reader = APPLE.get(work.extension, "") if kind == kinds.IWORK else READERS.get(kind, "")
    if kind == kinds.GNUMERIC:
        source = _compressed(source, pdf.with_name("packed"))
    if _printed(source, pdf, work, extension=work.extension, reader=reader):
        return
    if kind == kinds.IWORK and _has_preview(source, pdf):
        return
    if _is_archive(source) and archive.rebuild(source, mended):
        _check(mended, work.unpacked_limit)
        print_(mended, pdf, work, extension=work.extension, reader=reader)
        return
    raise NOT_CONVERTED


def print_(source: Path, pdf: Path, work: IngestWork, *, extension: str, reader: str = "") -> None:
    """Let LibreOffice write the PDF; `reader` names the filter that reads the source."""
    if not _printed(source, pdf, work, extension=extension, reader=reader):
        raise NOT_CONVERTED


def _printed(source: Path, pdf: Path, work: IngestWork, *, extension: str, reader: str) -> bool:
    room = pdf.parent / "office"
    room.mkdir()
    named = room / f"document.{extension}"
    shutil.copyfile(source, named)
    command = [
        _program(),
        f"-env:UserInstallation={_profile(room).as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
        *([f"--infilter={reader}"] if reader else []),
        *("--convert-to", "pdf", "--outdir", str(room), str(named)),
    ]
    _run(command, work.seconds)
    made = room / "document.pdf"
    is_printed = made.exists() and pdfium.has_pages(made)
    if is_printed:
        made.replace(pdf)
    shutil.rmtree(room, ignore_errors=True)
    return is_printed


def _compressed(source: Path, target: Path) -> Path:
    """The reader of Gnumeric's files sees nothing in one that is not compressed."""
    content = source.read_bytes()
    target.write_bytes(content if content.startswith(GZIP) else gzip.compress(content))
    return target


def _has_preview(source: Path, pdf: Path) -> bool:
    """Apple's programs may put a PDF of the whole document beside it."""
    with suppress(KeyError, zipfile.BadZipFile, zlib.error, OSError):
        with zipfile.ZipFile(source) as packed:
            pdf.write_bytes(packed.read(PREVIEW))
        return pdfium.has_pages(pdf)
    return False


def _is_archive(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(4) == archive.ENTRY


def _run(command: list[str], seconds: float) -> None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise StepFailed(
            "too_slow",
            f"The document could not be turned into a PDF within {seconds:.0f} seconds. "
            "Save it as a PDF yourself and upload that.",
        ) from error
    finally:
        _remove_sockets()
    if done.returncode == -signal.SIGKILL:
        raise Killed("LibreOffice was killed.")


def _remove_sockets() -> None:
    """A LibreOffice that fails forgets its socket. Nobody needs those of others either: no profile is shared."""
    for forgotten in Path(jail.SOCKETS).glob(f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_*"):
        with suppress(OSError):
            forgotten.unlink()


def _program() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        raise StepFailed(
            "no_office",
            "This server cannot read office documents: LibreOffice is not installed. Ask the administrator to install "
            "the Debian packages libreoffice-writer, libreoffice-calc and libreoffice-impress.",
        )
    return found


def _profile(room: Path) -> Path:
    profile = room / "profile"
    (profile / "user").mkdir(parents=True)
    items = "\n".join(ITEM.format(path=path, name=name, kind=kind, value=value) for path, name, kind, value in SETTINGS)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(items=items))
    return profile


def _check(source: Path, unpacked_limit: int) -> None:
    """Refuse what is encrypted, and archives that would fill memory or disk when unpacked."""
    if not zipfile.is_zipfile(source):
        if ENCRYPTED in source.read_bytes():
            raise WRONG_PASSWORD
        _check_stream(source, unpacked_limit)
        return
    with zipfile.ZipFile(source) as packed:
        entries = packed.infolist()
        if any(entry.flag_bits & 1 for entry in entries) or _is_encrypted_odf(packed):
            raise WRONG_PASSWORD
    bombs = (
        entry for entry in entries if entry.file_size > RATIO_FROM and entry.file_size > RATIO * entry.compress_size
    )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > unpacked_limit:
        raise StepFailed(
            "too_large_unpacked",
            f"The document has {unpacked // MIB:,} MB when it is unpacked, and {unpacked_limit // MIB:,} MB are "
            "allowed. Make its pictures smaller or split it, or save it as a PDF, and upload that.",
        )
    if len(entries) > ENTRIES or any(bombs):
        raise TOO_LARGE


def _check_stream(source: Path, unpacked_limit: int) -> None:
    """The same for a compressed file."""
    unpacker, size = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    with source.open("rb") as file, suppress(zlib.error):
        while not unpacker.eof and (piece := unpacker.unconsumed_tail or file.read(MIB)):
            size += len(unpacker.decompress(piece, MIB))
            if size > unpacked_limit:
                raise TOO_LARGE


def _is_encrypted_odf(packed: zipfile.ZipFile) -> bool:
    try:
        with packed.open("META-INF/manifest.xml") as file:
            return b"encryption-data" in file.read(MIB)
    except (KeyError, zipfile.BadZipFile, OSError):
        return False
