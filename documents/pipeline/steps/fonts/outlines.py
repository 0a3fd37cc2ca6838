"""Font programs with numbered drawings of letters: TrueType, OpenType and CFF; fontTools takes out what is not kept."""

import io
import logging
from collections.abc import Iterable
from typing import Any

from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

from documents.pipeline.steps.fonts import coding
from documents.pipeline.steps.fonts.cmaps import Unreadable

SFNT, BARE = (b"\x00\x01\x00\x00", b"true", b"OTTO"), b"\x01\x00"
KEPT_TABLES = frozenset("GlyphOrder head hhea hmtx vhea vmtx maxp loca glyf cvt fpgm prep cmap post CFF".split())
"""What draws letters. The others can be missed in a PDF, and many of them name letters."""
FOUND_BY = {(3, 1): 1, (3, 10): 1, (0, 3): 1, (0, 4): 1, (0, 0): 1, (0, 1): 1, (3, 0): 2, (1, 0): 3}
"""Platform and encoding of a table of codes, and by what it finds letters: characters, symbols, codes of a Mac."""
STANDARD, EXPERT = 0, 1  # codes of a CFF program that has none of its own
SYMBOLS = (0x0000, 0xF000, 0xF100, 0xF200)


class Outlines:
    """One program."""

    def __init__(self, data: bytes) -> None:
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        self.data, self.is_bare = data, data.startswith(BARE)
        if self.is_bare:
            self.font = TTFont(sfntVersion="OTTO", recalcTimestamp=False)
            table = newTable("CFF ")
            self.font["CFF "] = table
            table.decompile(data, self.font)
        elif data[:4] in SFNT:
            self.font = TTFont(io.BytesIO(data), recalcTimestamp=False)
        else:
            raise Unreadable
        self.order: list[str] = self.font.getGlyphOrder()
        self.compact: Any = self.font["CFF "].cff[0] if "CFF " in self.font else None
        self.has_cids = self.compact is not None and hasattr(self.compact, "ROS")

    def numbered(self, numbers: Iterable[int]) -> set[str]:
        """The letters with these numbers."""
        return {self.order[number] for number in numbers if number < len(self.order)}

    def of_cids(self, cids: Iterable[int]) -> set[str]:
        """The letters with these CIDs, where the program itself knows CIDs."""
        return {f"cid{cid:05d}" for cid in cids} & set(self.order)

    def encoding(self) -> dict[int, str]:
        """The names of its own codes."""
        if self.compact is None or self.has_cids:
            return {}
        place = self.compact.rawDict.get("Encoding", STANDARD)
        if place == EXPERT:
            raise Unreadable
        if place == STANDARD:
            return dict(enumerate(StandardEncoding))
        data = self.data if self.is_bare else self.font.reader["CFF "]
        return dict.fromkeys(range(256), ".notdef") | coding.read(data, place, self.order, self.compact.strings)

    def coded(self, code: int, characters: set[int], mac: set[int], *, is_symbol: bool) -> set[str]:
        """The letters of a TrueType program that a code can mean: by its character first, else by itself."""
        if "cmap" not in self.font:
            return self.numbered([code])
        found: dict[int, set[str]] = {1: set(), 2: set(), 3: set()}
        for table in self.font["cmap"].tables:
            by = FOUND_BY.get((table.platformID, table.platEncID))
            codes = {1: characters, 2: {start + code for start in SYMBOLS}, 3: mac}.get(by or 0, set())
            found[by or 1] |= {table.cmap[one] for one in codes if one in table.cmap}
        letters = found[1] | found[2] | found[3]
        if is_symbol or not letters:
            # Programs disagree about which table goes first: keep what any of them may find.
            for table in self.font["cmap"].tables:
                letters |= {table.cmap[one] for one in (start + code for start in SYMBOLS) if one in table.cmap}
        return letters

    def reduced(self, names: set[str], tag: str, *, by_number: bool) -> bytes:
        """The program with just these letters; `by_number`: without a change of their numbers."""
        own = self.encoding()
        for table in [tag for tag in self.font.keys() if tag.strip() not in KEPT_TABLES]:  # noqa: SIM118  # no iteration
            del self.font[table]
        options = Options(retain_gids=by_number, notdef_outline=True, glyph_names=not by_number, hinting=True)
        options.set(layout_features=[], desubroutinize=True)
        subsetter = Subsetter(options)
        subsetter.populate(glyphs=names & set(self.order))
        # It would take away codes that are no characters.
        codes = self.font.get("cmap", None)
        if codes is not None:
            del self.font["cmap"]
        subsetter.subset(self.font)
        if codes is not None:
            for table in codes.tables:
                table.cmap = {code: letter for code, letter in table.cmap.items() if letter in names}
            self.font["cmap"] = codes
        if self.compact is not None:
            self._tidy(self.compact, set(subsetter.glyphs_emptied), own, tag)
        if self.is_bare:
            return bytes(self.font["CFF "].compile(self.font))
        made = io.BytesIO()
        self.font.save(made, reorderTables=None)
        return made.getvalue()

    def _tidy(self, compact: Any, emptied: set[str], own: dict[int, str], tag: str) -> None:
        """Names of letters that are gone, and the name that tells which there were."""
        new = {name: f"gone{number}" for number, name in enumerate(compact.charset) if name in emptied}
        compact.charset = [new.get(name, name) for name in compact.charset]
        drawings = compact.CharStrings.charStrings
        compact.CharStrings.charStrings = {new.get(name, name): drawing for name, drawing in drawings.items()}
        if compact.rawDict.get("Encoding", STANDARD) > EXPERT:
            kept = set(compact.charset) - {".notdef"}
            compact.codes = {code: name for code, name in own.items() if name in kept}
            compact.Encoding, compact.compilerClass = [], coding.Compiler
        fonts = self.font["CFF "].cff
        fonts.fontNames = [f"{tag}+{name.rpartition('+')[2]}" if "+" in name else name for name in fonts.fontNames]
