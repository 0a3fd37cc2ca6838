"""Makes up queries in the language that people are told of, from the words and values of a small corpus."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

WORDS = "budget budgets report reports city mayor police the of 2024 e-mail rapport nothing ville unrelated".split()
TEXT_FIELDS = ("title", "source", "description", "text", "doctext", "page_no_1", "page_no_2", "page_no_9")
PATTERNS = ("bud*", "re*t", "c?ty", "*ort", "mayor*", "po*ic*", "b?dg*s", "*", "?????", "*é*", "x*", "*zz*", "B?DGET")
FUZZY = "budgte~ mayr~1 cty~ report~1 polise~2 budget~0 pólicia~ the~1 2042~ e-mail~1 ort~ mayor~0.8".split()
DATES = ("2024", "2023-02", "2023-02-14", "2023-02-14T10:00:00Z", "NOW", "NOW-7DAYS/DAY", "NOW/YEAR-1YEAR", "NOW+1HOUR")
PAGE_COUNTS = ("0", "1", "2", "3", "7", "x")
COLOURS = ("red", "blue", "black", "green", "b", "zzz")
TAGS = ("urgent", '"To read"', "To\\ read", "to", "T*", "*")
TAG_ENDS = ("To\\ read", "urgent", "a")
STATUSES = ("success", "SUCCESS", "error", "nothing")
URL_NAMES = "user -user id access title -title data_color created_at page_count tag text".split()
GARBAGE = "ab \"()[]{}:^~*?\\/+-!&|',<>%$;_\x00\x01é日\ud800TO~12ANDORNOT"
SCRAPS = (
    ' AND · OR · NOT · && · || ·title:·user:·budget·[1 TO 5]·"city mayor"~3·--·~·^3·\';drop table x;--·:*·<->·%s·%·{·('
    '·created_at:·project:*·NOW·data_x:·page_no_2:·sort:·日本·\\·bud*·m?yor~1·"·)·hl:true·[* TO *]·~9999999999·\u0301'
).split("·")


@dataclass(frozen=True)
class Grammar:
    """Queries for a corpus with these people, documents and projects."""

    random: Random
    people: Sequence[int]
    documents: Sequence[int]
    projects: Sequence[int]

    def query(self) -> str:
        """One to three clauses, some of them nested; sometimes with words about the answer."""
        clauses = [self.clause(3) for _ in range(self.random.randint(1, 3))]
        if self.random.random() < 0.05:
            clauses.append(self.random.choice(["sort:title", "order:-created_at", "hl:true", "_query_:x"]))
        return " ".join(clauses)

    def filters(self) -> dict[str, list[str]]:
        """Parameters of a URL beside the query; mostly none."""
        if self.random.random() < 0.75:
            return {}
        names = self.random.sample(URL_NAMES, self.random.randint(1, 2))
        return {name: [self._url_value(name.removeprefix("-")) for _ in range(self._few(2))] for name in names}

    def garbage(self) -> str:
        """What nobody meant as a query."""
        if self.random.random() < 0.5:
            return "".join(self.random.choice(GARBAGE) for _ in range(self.random.randint(0, 60)))
        return "".join(self.random.choice(SCRAPS) for _ in range(self.random.randint(0, 12)))

    def clause(self, depth: int) -> str:
        """A leaf, or an expression of smaller ones."""
        if depth == 0 or self.random.random() < 0.55:
            return self._leaf()
        a, b = self.clause(depth - 1), self.clause(depth - 1)
        field = self.random.choice(TEXT_FIELDS)
        forms = (
            f"({a} {b})",
            f"({a} AND {b})",
            f"({a} OR {b})",
            f"({a} && {b})",
            f"({a} || {b})",
            f"({a} NOT {b})",
            f"({a} !{b})",
            f"(+{a} -{b} {self._leaf()})",
            f"NOT {a}",
            f"({a})^{self.random.choice(['2', '0.5', '0'])}",
            f"{field}:({self._text()} {self._sign()}{self._text()})",
            f"{field}:({self._text()} AND {self._text()})",
        )
        return self.random.choice(forms)

    def _leaf(self) -> str:
        chance = self.random.random()
        if chance < 0.55:
            return self._text()
        if chance < 0.7:
            return f"{self.random.choice(TEXT_FIELDS)}:{self._text()}"
        return self._sign() + self._fact()

    def _text(self) -> str:
        pick = self.random.choice
        phrase = " ".join(pick(WORDS) for _ in range(self._few(3)))
        forms = (pick(WORDS), pick(WORDS), f'"{phrase}"', f'"{phrase}"~{self.random.randint(1, 4)}', pick(PATTERNS))
        return pick((*forms, pick(FUZZY), f"{pick(WORDS)}^3", "e\\-mail", "bud\\*", pick(WORDS).upper()))

    def _fact(self) -> str:
        pick = self.random.choice
        forms = (
            f"access:{pick(['public', 'private', 'organization', 'secret'])}",
            f"access:({pick(['public', 'private'])} {pick(['public', 'organization'])})",
            f"status:{pick(STATUSES)}",
            f"data_color:{pick([*COLOURS, '*', 'b*', '*e*', 'r?d', 'bl*k'])}",
            f"data_color:{self._range(COLOURS)}",
            f"tag:{pick(TAGS)}",
            f"tag:{self._range(TAG_ENDS)}",
            f"pages:{pick([*PAGE_COUNTS, self._range(PAGE_COUNTS)])}",
            f"created_at:{pick([*DATES[:4], 'soon', self._range(DATES)])}",
            f"{pick(['user', 'account'])}:{pick([self._number(self.people), 'bob', '*'])}",
            f"{pick(['id', 'document'])}:{pick([self._number(self.documents), self._range(self._numbers())])}",
            f"{pick(['project', 'projects'])}:{pick([self._number(self.projects), '*'])}",
            f"language:{pick(['eng', 'fra', 'DEU', 'f*'])}",
            "*:*",
        )
        return pick(forms)

    def _url_value(self, name: str) -> str:
        pick = self.random.choice
        values = {
            "user": (self._number(self.people), ",".join(map(str, self.people[:2])), "bob", "ada-1", ","),
            "id": (self._number(self.documents), self._range(self._numbers()), ",".join(self._numbers()[:3]), "[5 TO"),
            "access": ("public", "private,organization", "x", "*"),
            "data_color": (pick(COLOURS), "red,black", "b*", "*"),
            "created_at": (pick(DATES), self._range(DATES), "yesterday"),
            "page_count": (pick(PAGE_COUNTS), self._range(PAGE_COUNTS)),
            "tag": ("urgent", "To read", "To read,urgent", "T*"),
        }
        return pick(values.get(name, (self._text(), f"{self._text()} {self._text()}")))

    def _range(self, values: Sequence[str]) -> str:
        low, high = (self.random.choice([*values, "*"]) for _ in range(2))
        return f"{self.random.choice('[{')}{low} TO {high}{self.random.choice(']}')}"

    def _number(self, known: Sequence[int]) -> str:
        number = str(self.random.choice([*known, 999_999_999]))
        return self.random.choice([number, number, f"some-slug-{number}"])

    def _numbers(self) -> list[str]:
        return [str(number) for number in self.documents]

    def _sign(self) -> str:
        return self.random.choice(["", "", "", "-", "+", "!"])

    def _few(self, most: int) -> int:
        return self.random.randint(1, most)
