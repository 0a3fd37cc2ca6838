"""Makes a PDF of an office document with LibreOffice: one process and one profile for each file, both thrown away.

LibreOffice loads what documents link to, runs what they contain and reports success whatever happened. So the
profile forbids links and macros and sends all else to a proxy that is not there, and only the PDF counts.
"""

import os
import shutil
import signal
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path

from documents.pipeline.steps import archive, jail, pdfium
from documents.pipeline.steps.progress import Killed
from documents.pipeline.work import MIB, IngestWork, StepFailed

SECONDS = 180
UNPACKED = 600 * MIB
RATIO, RATIO_FROM = 150, 50 * MIB  # a sound part of an office file shrinks to a hundredth at most
ENTRIES = 20_000
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WRONG_PASSWORD = StepFailed(
    "password", "The document is protected with a password. Remove the password, then upload it as a new document."
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
    """Write the PDF of a document whose kind LibreOffice finds out itself."""
    extension = work.extension.lower().lstrip(".")
    _check(source)
    mended = pdf.with_name("mended")
    if _printed(source, pdf, extension=extension):
        return
    if _is_archive(source) and archive.rebuild(source, mended):
        _check(mended)
        print_(mended, pdf, extension=extension)
        return
    raise NOT_CONVERTED


def print_(source: Path, pdf: Path, *, extension: str, reader: str = "") -> None:
    """Let LibreOffice write the PDF; `reader` names the filter that reads the source."""
    if not _printed(source, pdf, extension=extension, reader=reader):
        raise NOT_CONVERTED


def _printed(source: Path, pdf: Path, *, extension: str, reader: str = "") -> bool:
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
    _run(command)
    made = room / "document.pdf"
    is_printed = made.exists() and _has_pages(made)
    if is_printed:
        made.replace(pdf)
    shutil.rmtree(room, ignore_errors=True)
    return is_printed


def _is_archive(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(4) == archive.ENTRY


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise StepFailed(
            "too_slow",
            f"The document could not be turned into a PDF within {SECONDS} seconds. "
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


def _check(source: Path) -> None:
    """Refuse what is encrypted, and archives that would fill memory or disk when unpacked."""
    if not zipfile.is_zipfile(source):
        if ENCRYPTED in source.read_bytes():
            raise WRONG_PASSWORD
        return
    with zipfile.ZipFile(source) as packed:
        entries = packed.infolist()
        if any(entry.flag_bits & 1 for entry in entries) or _is_encrypted_odf(packed):
            raise WRONG_PASSWORD
    bombs = (
        entry for entry in entries if entry.file_size > RATIO_FROM and entry.file_size > RATIO * entry.compress_size
    )
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED or any(bombs):
        raise StepFailed(
            "too_large",
            "The document is far larger unpacked than packed and is not opened for safety. "
            "Save it as a PDF and upload that.",
        )


def _is_encrypted_odf(packed: zipfile.ZipFile) -> bool:
    try:
        with packed.open("META-INF/manifest.xml") as file:
            return b"encryption-data" in file.read(MIB)
    except (KeyError, zipfile.BadZipFile, OSError):
        return False


def _has_pages(pdf: Path) -> bool:
    try:
        with pdfium.opened(pdf) as document:
            return len(document) > 0
    except pdfium.Error:
        return False
