"""Puts a damaged ZIP archive together again from what its entries say of themselves.

Transfers that meddle with line ends, or that stop early, break an archive's table of contents. Most of its entries
are whole then, and an office document needs few of them.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

ENTRY = b"PK\x03\x04"
HEADER = struct.Struct("<4sHHHHHIIIHH")
STORED, DEFLATED = 0, 8
MOST = 200 * 1024 * 1024  # bytes of all entries together, unpacked


def rebuild(source: Path, target: Path) -> bool:
    """Write an archive of the entries that are whole; False if there are none."""
    found = list(_entries(source.read_bytes()))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found:
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=how)
    return bool(found)


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    left, place = MOST, data.find(ENTRY)
    seen: set[str] = set()
    while place >= 0 and len(data) - place >= HEADER.size and left > 0:
        header = HEADER.unpack_from(data, place)
        start = place + HEADER.size
        name = data[start : start + header[9]].decode("utf-8", "replace")
        content = _content(data, start + header[9] + header[10], header, left)
        if content is not None and name not in seen and not name.endswith("/"):
            seen.add(name)
            left -= len(content)
            yield name, content
        place = data.find(ENTRY, place + 4)


def _content(data: bytes, start: int, header: tuple[int, ...], left: int) -> bytes | None:
    """The entry unpacked, or None where it is not whole."""
    method, checksum, packed, has_sums = header[3], header[6], header[7], not header[2] & 8
    if method == STORED and has_sums:
        content = data[start : start + packed]
        return content if zlib.crc32(content) == checksum else None
    if method != DEFLATED:
        return None
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(memoryview(data)[start:], left)
    except zlib.error:
        return None
    return content if unpacker.eof and (not has_sums or zlib.crc32(content) == checksum) else None
