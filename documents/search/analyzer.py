"""From text to lexemes: the same code writes the index, reads queries and finds what to highlight.

Every word is kept in two forms. The *exact* form is folded only: compatibility characters (NFKC), case, accents,
digits of other scripts. It serves phrases, wildcards and words that no stemmer knows. The *stem* comes from the
stemmer of the page's language and is marked with it (`\\x02enbudget`), so that the Lithuanian stem of one word is
never taken for a French word. A query does not know the language of what it will meet: it asks for the exact form
and for the stems of all stemmers in use (`query_forms`), which therefore meets every document and collides with none.

Scripts that put no spaces between words (Chinese, Japanese, Korean particles, Thai, Lao, Khmer, Burmese) become
overlapping pairs of letters and a last single one: a query of two letters is one lexeme, a longer one is a phrase of
pairs, and one of a single letter is a prefix.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import Stemmer

from documents.search import languages

VERSION = 1
"""Stands in every entry of the index. Raise it whenever the same text gives other lexemes than before: what bears
another number is then written anew, see documents.search.reindex."""
MAX_LETTERS = 64
"""Longer words are cut, in the index and in queries alike: they are base64, not words."""
STEM = "\x02"
"""Begins every stem in the index; no word can hold it, so that prefix queries meet exact forms only."""
CACHED_WORDS = 200_000

# Beyond the basic plane a character class is searched one by one: five times slower, and no language here needs it.
_COMBINING = "".join(
    re.escape(chr(code)) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\u1100-\u11ff\U00020000-\U0003ffff"
)
# The letters that look like apostrophes are read like apostrophes, as most people type these for them.
_LETTER = "[^\\W_\u02b9-\u02bf\u02c8]"
WORDS = re.compile(rf"{_LETTER}+(?:[{_COMBINING}\u200c\u200d]+{_LETTER}*)*")
UNSPACED = re.compile(f"[{_UNSPACED}]")
PIECES = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_CLUSTERS = re.compile(f"[\u1100-\u115f]+[\u1160-\u11a7]*[\u11a8-\u11ff]*|.[{_COMBINING}\uff9e\uff9f]*", re.DOTALL)
_DIGITS = re.compile(r"\d")

# Marks of Latin, Greek, Cyrillic, Hebrew, Arabic and Syriac are ornaments for search; Indic ones are vowels.
_ORNAMENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]+"
)
_OWN_LETTERS = frozenset("йўї")
"""Cyrillic letters of their own, though Unicode writes them as letter and mark."""
# Letters for which people write others: ligatures, and those that keyboards and old encodings have in several forms.
_SPELLINGS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
        "ı": "i",
        "ی": "ي",
        "ى": "ي",
        "ے": "ي",
        "ک": "ك",
        "ہ": "ه",
        "װ": "וו",
        "ױ": "וי",
        "ײ": "יי",
        "ൺ": "ണ്",
        "ൻ": "ന്",
        "ർ": "ര്",
        "ൽ": "ല്",
        "ൾ": "ള്",
        "ൿ": "ക്",
    }
)


class Token(NamedTuple):
    """One word of a text. `stem` is empty where there is none; `position` counts from 1; the rest are offsets."""

    exact: str
    stem: str
    position: int
    start: int
    end: int


def tokens(text: str, language: str) -> Iterator[Token]:
    """The words of a text in the given document language."""
    code = languages.STEMMER_OF.get(language, "")
    known = _known.setdefault(code, {})
    position = 0
    for match in WORDS.finditer(text):
        word = match.group()
        both = known.get(word)
        if both is None and not word.isascii() and UNSPACED.search(word):
            for exact, stem, start, end in _unspaced(word, code):
                position += 1
                yield Token(exact, stem, position, match.start() + start, match.start() + end)
            continue
        both = both or forms(word, code)
        if both[0]:
            position += 1
            yield Token(both[0], both[1], position, match.start(), match.end())


def _unspaced(word: str, code: str) -> Iterator[tuple[str, str, int, int]]:
    """The lexemes of a run that is written without spaces, at least in parts, with their offsets."""
    for piece in PIECES.finditer(word):
        if UNSPACED.match(piece.group()):
            for lexeme, begin, end in pairs(piece.group()):
                yield lexeme, "", piece.start() + begin, piece.start() + end
        elif (both := forms(piece.group(), code))[0]:
            yield *both, piece.start(), piece.end()


def pairs(run: str) -> Iterator[tuple[str, int, int]]:
    """The overlapping pairs of letters of a run without spaces, and its last letter, each with its offsets."""
    letters = list(_letters(run))
    for (first, begin, _), (second, _, end) in pairwise(letters):
        yield first + second, begin, end
    if letters:
        yield letters[-1]


def _letters(run: str) -> Iterator[tuple[str, int, int]]:
    if unicodedata.is_normalized("NFKC", run):
        yield from ((letter, at, at + 1) for at, letter in enumerate(run))
        return
    for cluster in _CLUSTERS.finditer(run):
        for letter in unicodedata.normalize("NFKC", cluster.group()):
            if not letter.isspace():
                yield letter, cluster.start(), cluster.end()


_known: dict[str, dict[str, tuple[str, str]]] = {}


def forms(word: str, code: str) -> tuple[str, str]:
    """The exact form and the marked stem of one word; empty for a word of nothing but ornaments."""
    known = _known.setdefault(code, {})
    both = known.get(word)
    if both is None:
        if len(known) >= CACHED_WORDS:
            known.clear()
        exact = fold(word)
        both = known[word] = (exact, stem(word, code) if exact and code else "")
    return both


def fold(word: str) -> str:
    """The exact form: what differs only in case, accents, width or the script of its digits is the same."""
    if word.isascii():
        return word.lower()[:MAX_LETTERS]
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    folded = unicodedata.normalize("NFC", "".join(_fold_letter(letter) for letter in plain))
    return _ORNAMENTS.sub("", folded)[:MAX_LETTERS]


@cache
def _fold_letter(letter: str) -> str:
    if letter.isascii() or letter in _OWN_LETTERS:
        return letter
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    return _ORNAMENTS.sub("", unicodedata.normalize("NFKD", letter)).translate(_SPELLINGS)


class _Stemmers(threading.local):
    """Snowball's stemmers carry state: each thread has its own."""

    def __init__(self) -> None:
        self.by_code: dict[str, Stemmer.Stemmer] = {}

    def __getitem__(self, code: str) -> Stemmer.Stemmer:
        if code not in self.by_code:
            self.by_code[code] = Stemmer.Stemmer(languages.STEMMERS[code], 0)
        return self.by_code[code]


_stemmers = _Stemmers()


def stem(word: str, code: str) -> str:
    """The marked stem; empty for numbers and the like. Stemmers want the accents, the index does not."""
    if _DIGITS.search(word):
        return ""
    plain = word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()
    root = _stemmers[code].stemWord(plain[:MAX_LETTERS])
    folded = fold(root)
    return f"{STEM}{code}{folded}" if folded else ""


def query_forms(word: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The lexemes under which a word may stand in the index: its exact form, and its stem in each of the stemmers."""
    exact = fold(word)
    stems = (stem(word, code) for code in codes)
    return tuple(dict.fromkeys(form for form in (exact, *stems) if form))
