"""From text to lexemes: tables without a database."""

import unicodedata

import pytest

from documents.choices import LANGUAGES
from documents.search import analyzer, languages, vectors


def exact(text: str, language: str = "eng") -> list[str]:
    return [token.exact for token in analyzer.tokens(text, language)]


def stems(text: str, language: str) -> list[str]:
    return [
        token.stem.removeprefix(f"{analyzer.STEM}{languages.STEMMER_OF[language]}")
        for token in analyzer.tokens(text, language)
    ]


@pytest.mark.parametrize(
    ("text", "lexemes"),
    [
        ("The Budget, 2024!", ["the", "budget", "2024"]),
        ("naïve Straße ﬁle ŁÓDŹ Œuvre", ["naive", "strasse", "file", "lodz", "oeuvre"]),
        ("İstanbul ISTANBUL ıstanbul", ["istanbul"] * 3),
        ("l'avocat don’t e-mail a@b.org", ["l", "avocat", "don", "t", "e", "mail", "a", "b", "org"]),
        ("ΟΔΥΣΣΕΥΣ Ὀδυσσεύς", ["οδυσσευσ", "οδυσσευσ"]),
        ("Ёлка ёлка йод Київ", ["елка", "елка", "йод", "київ"]),
        ("دُستورٌ دستور ٢٠٢٤", ["دستور", "دستور", "2024"]),
        ("کتاب كتاب", ["كتاب", "كتاب"]),
        ("שָׁלוֹם שלום", ["שלום", "שלום"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("ｆｕｌｌ　ｗｉｄｔｈ １２３", ["full", "width", "123"]),
        ("東京都", ["東京", "京都", "都"]),
        ("ｶﾞｽ ガス", ["ガス", "ス", "ガス", "ス"]),
        ("서울은", ["서울", "울은", "은"]),
        ("ที่ดิน", ["ที", "ี่", "่ด", "ดิ", "ิน", "น"]),
        ("PDF東京", ["pdf", "東京", "京"]),
        ("--- ... \u0301 _", []),
        ("\x00\x01\x02", []),
    ],
)
def test_exact_forms(text: str, lexemes: list[str]) -> None:
    assert exact(text) == lexemes


def test_decomposed_text_is_the_same_text() -> None:
    for text in ("Élection à Nîmes", "Київ", "ガス東京", "서울특별시", "हिन्दी", "Việt Nam", "ﬁnancé"):
        assert exact(unicodedata.normalize("NFD", text)) == exact(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("eng", "budgets", "budget"),
        ("deu", "Häuser", "Hauser"),
        ("fra", "élections", "election"),
        ("spa", "corrupciones", "corrupción"),
        ("rus", "бюджета", "бюджет"),
        ("fin", "talossa", "talo"),
        ("tur", "evlerde", "evler"),
        ("ara", "الكتاب", "كتاب"),
        ("srp", "градови", "gradova"),
        ("hun", "könyvek", "könyv"),
        ("nld", "huizen", "huizen"),
        ("hin", "लड़के", "लड़का"),
    ],
)
def test_stems_meet(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language) != [""]


def test_every_language_of_documents_is_read() -> None:
    for language in LANGUAGES:
        assert exact("Report 12", language) == ["report", "12"]
    assert set(languages.STEMMER_OF.values()) == set(languages.STEMMERS)
    assert set(languages.STEMMER_OF) <= set(LANGUAGES)


def test_numbers_have_no_stem() -> None:
    assert [token.stem for token in analyzer.tokens("2024 7th", "eng")] == ["", ""]


def test_a_query_asks_for_the_exact_form_and_marked_stems() -> None:
    assert analyzer.query_forms("Budgets", ["en", "fr"]) == ("budgets", "\x02enbudget", "\x02frbudget")


def test_offsets_point_into_the_text() -> None:
    text = "Éa ｶﾞｽ 東京都 naïve"
    assert [text[token.start : token.end] for token in analyzer.tokens(text, "eng")] == [
        *("Éa", "ｶﾞｽ", "ｽ", "東京", "京都", "都", "naïve"),
    ]


def test_long_words_are_cut() -> None:
    assert exact("a" * 5000) == ["a" * analyzer.MAX_LETTERS]


def test_a_huge_page_fits_into_a_vector() -> None:
    text = " ".join(f"word{number}" for number in range(120_000))
    literal = vectors.page(text, "eng")
    assert 500_000 < len(literal) < 2 * vectors.MAX_BYTES
    many = vectors.page("again " * 40_000, "eng")
    assert many.count(",") == 2 * (vectors.MAX_POSITIONS - 1)


def test_literals_are_quoted() -> None:
    assert vectors.quoted("it's \\ here") == "'it''s \\\\ here'"
    assert vectors.markers(["a" * 3000, "b", "b"], limit=100) == "'b'"
