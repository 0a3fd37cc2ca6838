"""What the engine finds in lines as they stand in real documents, and what it leaves alone."""

import json
import time
from pathlib import Path

import pytest

from documents.choices import StepKind
from documents.pipeline import sandbox
from documents.pipeline.steps import extract
from documents.pipeline.work import ExtractResult, ExtractWork

# language | text | kind | content | name (" where it is the same) | metadata as key=value, separated by semicolons
LINES = """
eng | The contract of May 5th, 2019 was void. | date | May 5th, 2019 | 2019-05-05 | year=2019; month=05; day=05
eng | Dated 12/05/2019 in Boston | date | 12/05/2019 | 2019-12-05 | year=2019; month=12; day=05
eng | Dated 25/12/2019 in London | date | 25/12/2019 | 2019-12-25 |
eng | logged 2019-05-12T10:00:00Z | date | 2019-05-12 | " | year=2019; month=05; day=12
eng | Since September 2021, nothing | date | September 2021 | 2021-09 | year=2021; month=09
eng | on the 4th of July, 1776, in Congress | date | 4th of July, 1776 | 1776-07-04 |
eng | due March 31. | date | March 31 | --03-31 | month=03; day=31
eng | Sept. 11, 2001 | date | Sept. 11, 2001 | 2001-09-11 |
deu | Berlin, den 3. März 2024 | date | 3. März 2024 | 2024-03-03 | year=2024; month=03; day=03
deu | am 03.04.24 eingegangen | date | 03.04.24 | 2024-04-03 |
deu | Stand: 12.05.2019. | date | 12.05.2019 | 2019-05-12 |
deu | im Dezember 1998 | date | Dezember 1998 | 1998-12 |
fra | Fait à Paris, le 1er août 2023 | date | 1er août 2023 | 2023-08-01 |
fra | le 12/05/2019 à Lyon | date | 12/05/2019 | 2019-05-12 |
spa | Madrid, a 5 de marzo de 2020 | date | 5 de marzo de 2020 | 2020-03-05 |
spa | en enero de 2018 | date | enero de 2018 | 2018-01 |
rus | Москва, 3 марта 2024 г. | date | 3 марта 2024 | 2024-03-03 |
rus | с 01.09.2022 по | date | 01.09.2022 | 2022-09-01 |
ukr | Київ, 24 серпня 1991 року | date | 24 серпня 1991 | 1991-08-24 |
deu | Summe: € 1.234,56 | price | € 1.234,56 | 1234.56 EUR | value=1234.56; currency=EUR
deu | zahlt 1.234,56 € an | price | 1.234,56 € | 1234.56 EUR |
deu | kostet 12.500,- EUR im Jahr | price | 12.500,- EUR | 12500 EUR |
deu | rund 5 Mio. Euro | price | 5 Mio. Euro | 5000000 EUR |
eng | a fee of $3.5 million was | price | $3.5 million | 3500000 USD | value=3500000; currency=USD
eng | Total: $1,234.50. | price | $1,234.50 | 1234.5 USD |
eng | between $2.5M and | price | $2.5M | 2500000 USD |
eng | £20 each | price | £20 | 20 GBP |
eng | USD 1,000,000 | price | USD 1,000,000 | 1000000 USD |
eng | paid 300 dollars | price | 300 dollars | 300 USD |
fra | soit 3,5 millions d'euros | price | 3,5 millions d'euros | 3500000 EUR |
fra | un prix de 12 500,00 € TTC | price | 12 500,00 € | 12500 EUR |
spa | costó 3 millones de euros | price | 3 millones de euros | 3000000 EUR |
rus | цена 1 200 ₽ | price | 1 200 ₽ | 1200 RUB | value=1200; currency=RUB
rus | бюджет 2,5 млн рублей | price | 2,5 млн рублей | 2500000 RUB |
eng | Call (202) 456-1111 now | phone | (202) 456-1111 | +1 202-456-1111 | number=(202) 456-1111; prefix=1; area=202
eng | 617-253-1000 ext. 42 | phone | " | +1 617-253-1000 ext. 42 | number=(617) 253-1000; prefix=1; area=617; ext=42
eng | from abroad +44 20 7946 0958 | phone | +44 20 7946 0958 | " |
deu | Tel.: 030 22730027, Fax | phone | 030 22730027 | +49 30 22730027 | number=030 22730027; prefix=49; area=30
fra | Tél. 01 40 20 50 50 | phone | 01 40 20 50 50 | +33 1 40 20 50 50 |
spa | Teléfono 915 22 66 00 | phone | 915 22 66 00 | +34 915 22 66 00 |
rus | тел. 8 (495) 606-36-02 | phone | 8 (495) 606-36-02 | +7 495 606-36-02 |
eng | mail o'brien+news@Sub.Example.co.uk | email | o'brien+news@Sub.Example.co.uk | o'brien+news@sub.example.co.uk |
deu | <jürgen.müller@müller-bräu.de> | email | jürgen.müller@müller-bräu.de | " |
eng | write to 'clerk@city.gov'. | email | clerk@city.gov | " |
eng | See https://Example.org/a_(b). | url | https://Example.org/a_(b) | https://example.org/a_(b) |
eng | (www.example.com/report.pdf), page 3 | url | www.example.com/report.pdf | " |
fra | voir http://exemple.fr/a?b=c&d=1 ! | url | http://exemple.fr/a?b=c&d=1 | " |
eng | 1 Main St, Ames, IA 50010 | address | 1 Main St, Ames, IA 50010 | " |
"""
NEGATIVES = """
eng | Page 12 of 345
eng | see section 3.4.12 and version 2.10.2019
eng | v1.2.3 and 10.0.0.1
deu | IBAN DE89 3704 0044 0532 0130 00
eng | card 4111 1111 1111 1111
eng | invoice 2024550147 of case 19-cv-04567
eng | you may 5 times march 3 miles
eng | 31/31/2019 and 2019-02-30
eng | a ratio of 3:4, 50% or 1,234 votes
eng | @handle and a@b and foo@bar..com
eng | In CA 90210 of them
rus | пункт 3.2 статьи 15
"""

HOSTILE = {
    "1": 200_000,
    "1.": 100_000,
    "a.b@": 50_000,
    "$1,000 ": 20_000,
    "www.(": 40_000,
    "12 ": 60_000,
    "A1 ": 60_000,
    "May 5 ": 30_000,
    "1 Main St, X, NY 10001 ": 8_000,
    "'a": 100_000,
    "(": 200_000,
    "+1(2)-": 30_000,
}


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split(" |")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("language", "text", "kind", "content", "name", "metadata"), rows(LINES))
def test_a_line_says(language: str, text: str, kind: str, content: str, name: str, metadata: str) -> None:
    [hit] = extract.hits(text, language)
    content = text if content == '"' else content
    kind = {"phone": "phone_number"}.get(kind, kind)
    assert (hit.kind, text[hit.start : hit.end], hit.name) == (kind, content, content if name == '"' else name)
    if metadata:
        metadata = (
            metadata.replace("prefix=", "national_prefix=").replace("area=", "area_code=").replace("ext=", "extension=")
        )
        assert hit.metadata == dict(pair.strip().split("=") for pair in metadata.split(";"))


@pytest.mark.parametrize(("language", "text"), rows(NEGATIVES))
def test_a_line_says_nothing(language: str, text: str) -> None:
    assert extract.hits(text, language) == []


@pytest.mark.parametrize(
    "text",
    [piece * times for piece, times in HOSTILE.items()],
    ids=lambda text: text[:9],
)
def test_no_text_keeps_it_busy(text: str) -> None:
    began = time.process_time()
    extract.hits(text, "eng")
    assert time.process_time() - began < 20


def test_an_address_is_taken_apart() -> None:
    [hit] = extract.hits("Moved on to 350 Fifth Avenue, Suite 400,\nNew York, NY 10118-0110.", "eng")
    assert hit.name == "350 Fifth Avenue, Suite 400, New York, NY 10118-0110"
    assert hit.metadata == {
        "street_number": "350",
        "street_name": "Fifth Avenue",
        "locality": "New York",
        "broad_region": "NY",
        "postal_code": "10118-0110",
        "country": "US",
    }


def test_places_are_told_from_the_sandbox(tmp_path: Path) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps(["Nothing.", "Write to ada@example.org by March 5, 2024."]))
    work = ExtractWork(str(texts), pages=[3, 4], offsets=[100, 110], language="eng", folder=str(tmp_path))
    result: ExtractResult = sandbox.run(StepKind.EXTRACT, work, timeout=120, on_tick=lambda: True)
    said = [(found.kind, found.name, vars(found.spot)) for found in result.found]
    assert said == [
        ("email", "ada@example.org", {"page": 4, "offset": 119, "page_offset": 9, "content": "ada@example.org"}),
        ("date", "2024-03-05", {"page": 4, "offset": 138, "page_offset": 28, "content": "March 5, 2024"}),
    ]
