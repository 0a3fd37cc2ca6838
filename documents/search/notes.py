"""Notes in search: their words are written with them, and count as words of their document for those who see them.

For people with a professional plan, every word, phrase or pattern of a query that names no field is also looked for in
the notes that they may see. The document of such a note holds it, just as if it stood on a page: AND, OR and NOT mean
what they always mean, but the note does not make a better hit. A note that somebody may not see changes nothing for
them: neither what is found, nor how much, nor in which order. What stands in more notes than MOST_NOTES is too common
to be looked for in them, and of a very long query only the first MOST_LEAVES words are.

The notes are asked first, in one statement. Where none of them says anything, the search goes on as if there were no
notes, with one scan of the index. Otherwise the documents found there are judged by themselves, and the whole condition
is corrected by the outcome.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField
from django.db.models.functions import RowNumber

from documents import permissions
from documents.models import Document, Note
from documents.search import conditions, highlight, lexicon, text, vectors, words
from documents.search.conditions import Match
from documents.search.text import Vector
from documents.search.tree import Boost, Clauses, Either, Node, Pattern, Phrase, Word
from documents.search.words import Leaf, Reading
from organizations.permissions import Person, feature_level

MOST_NOTES = 5_000
MOST_LEAVES = 32
ON_HITS = 10
"""A hit shows so many of each kind of notes: public ones, those for editors, and one's own; at least."""
SNIPPETS = 3

READ = """
UPDATE documents_note AS note SET tsv = fresh.words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS fresh (id, words)
WHERE note.id = fresh.id
"""
TSV = '"documents_note"."tsv"'
HELD = f"{TSV} @@ quote_literal(ordered.word)::tsquery"
FIND = """
SELECT asked.leaf, found.document_id
FROM unnest(%s::tsquery[]) WITH ORDINALITY AS asked (words, leaf)
CROSS JOIN LATERAL ({visible} AND "documents_note"."tsv" @@ asked.words AND {check} LIMIT %s) AS found
"""
# OFFSET 0 keeps the planner on the primary key: these few documents are looked at, whatever else the condition says.
JUDGE = """
SELECT s.document_id FROM (SELECT * FROM documents_searchdoc WHERE document_id = ANY(%s) OFFSET 0) AS s
WHERE {condition}
"""

Snippets = dict[str, list[str]]
Noted = Mapping[Leaf, Collection[int]]
"""The documents whose notes hold a leaf."""


def read(notes: Iterable[tuple[Note, str]]) -> None:
    """Write down the words of notes, each with its document's language, in the transaction that writes the notes."""
    spelled = [(note.pk, vectors.apart((note.title, note.content), language)) for note, language in notes]
    if not spelled:
        return
    with connection.cursor() as cursor:
        cursor.execute(READ, [[pk for pk, _ in spelled], [vector for _, vector in spelled]])
    lexicon.learn([vector for _, vector in spelled])


def read_on(document: Document) -> None:
    """Write down the words of all notes on the document."""
    read([(note, document.language) for note in Note.objects.filter(document_id=document.pk).order_by("pk")])


def leaves(node: Node, reading: Reading) -> tuple[Leaf, ...]:
    """What a query looks for in notes: its leaves without a field. Words like `the` only where nothing else is said."""
    found = _leaves(node, reading), _leaves(node, replace(reading, stop_words=True))
    return next((some for each in found if (some := tuple(islice(dict.fromkeys(each), MOST_LEAVES)))), ())


def _leaves(node: Node, reading: Reading) -> Iterator[Leaf]:
    match node:
        case Boost():
            yield from _leaves(node.node, reading)
        case Either():
            for inner in node.nodes:
                yield from _leaves(inner, reading)
        case Clauses():
            for inner in node.must + node.should + node.never:
                yield from _leaves(inner, reading)
        case Word() | Phrase() | Pattern():
            leaf = words.leaf(node, None, reading)
            if leaf is not None:
                yield leaf


def seen(user: Person) -> Match:
    """That a word of the lexicon stands in notes that the person may see."""
    visible, params = _visible(user).values("pk").query.sql_with_params()
    return Match(sql=f"EXISTS ({visible} AND {HELD})", params=params)


def may_search(user: Person) -> bool:
    """Whether notes are searched for the person."""
    return user.is_authenticated and feature_level(user) > 0


def find(user: Person, wanted: Sequence[Leaf]) -> Noted:
    """The documents of notes that hold the leaves and that the person may see."""
    asked = [(leaf, match) for leaf in wanted if (match := text.within(leaf, Vector(TSV))).terms]
    if not asked:
        return {}
    visible, params = _visible(user).values("document_id").query.sql_with_params()
    checks = [(number, match) for number, (_, match) in enumerate(asked, 1) if match.sql]
    cases = "".join(f" WHEN {number} THEN {match.sql}" for number, match in checks)
    sql = FIND.format(visible=visible, check=f"CASE asked.leaf{cases} ELSE TRUE END" if cases else "TRUE")
    check_params = [param for _, match in checks for param in match.params]
    found: dict[Leaf, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [[match.terms for _, match in asked], *params, *check_params, MOST_NOTES + 1])
        for number, document_id in cursor:
            found.setdefault(asked[number - 1][0], []).append(document_id)
    return {leaf: sorted(set(documents)) for leaf, documents in found.items() if len(documents) <= MOST_NOTES}


def _visible(user: Person) -> QuerySet[Note]:
    """The rule of permissions.view_notes, asked for each note by itself: there are few of them."""
    here = Document.objects.filter(pk=OuterRef("document_id"))
    editable = Q(Exists(here.filter(permissions.edit(user))))
    viewable = Q(Exists(here.filter(permissions.view(user))))
    return Note.objects.filter(viewable, permissions.view_notes_of(user, editable=editable))


def corrected(plain: Match, noted: Noted, judge: Match) -> Match:
    """The condition `plain`, which knows no notes, so that it also says what `judge` says of the documents in `noted`.

    Nothing but ids is added to what the index answers, and beside that no vector is opened.
    """
    looked_at = sorted({pk for documents in noted.values() for pk in documents})
    condition, params = conditions.whole(judge)
    with connection.cursor() as cursor:
        cursor.execute(JUDGE.format(condition=condition), [looked_at, *params])
        right = sorted(pk for (pk,) in cursor.fetchall())
    wrong = sorted(set(looked_at) - set(right))
    also = Match(sql="s.document_id = ANY(%s)", params=(right,))
    parts = [Match(sql="s.document_id <> ALL(%s)", params=(wrong,))] if wrong else []
    if plain.impossible or not right:
        return conditions.both([*parts, plain if not right else also])
    by_index, by_rows = Match(plain.terms), Match(sql=plain.sql, params=plain.params)
    parts += [conditions.either([also, part]) for part in (by_index, by_rows) if part.terms or part.sql]
    return conditions.both(parts)


def on_hits(user: Person, documents: Collection[Document], wanted: Sequence[Leaf]) -> dict[int, list[Note]]:
    """The notes to show with documents which the person may view and which know their `edit_access`, by page. Where
    there are too many, those that hold one of the leaves come before others."""
    editable = [document.pk for document in documents if document.edit_access]  # type: ignore[attr-defined]
    rule = permissions.view_notes_of(user, editable=Q(document_id__in=editable))
    kinds: list[F | Case] = [F("document_id"), F("access"), Case(When(user_id=user.pk or 0, then=True), default=False)]
    place = Window(RowNumber(), partition_by=kinds, order_by=[_holds(wanted).desc(), "page_number", "pk"])
    notes = Note.objects.filter(rule, document_id__in=[document.pk for document in documents])
    shown: dict[int, list[Note]] = {document.pk: [] for document in documents}
    for note in notes.annotate(place=place).filter(place__lte=ON_HITS).defer("tsv").order_by("page_number", "pk"):
        shown[note.document_id].append(note)
    return shown


def _holds(wanted: Sequence[Leaf]) -> RawSQL | Value:
    """Whether a note holds one of the leaves."""
    match = conditions.either(text.within(leaf, Vector(TSV)) for leaf in wanted)
    if match.impossible:
        return Value(value=False)
    sql, params = conditions.whole(match)
    return RawSQL(f"coalesce({sql}, FALSE)", params, output_field=BooleanField())  # noqa: S611  # conditions of ours


def marked(
    documents: Iterable[Document], shown: Mapping[int, Iterable[Note]], wanted: Iterable[Leaf]
) -> dict[int, dict[str, Snippets]]:
    """Where the leaves without a field stand in the notes of each document."""
    anywhere = [leaf for leaf in wanted if leaf.field is None]
    return {
        document.pk: {
            str(note.pk): snippets
            for note in shown[document.pk]
            if (snippets := _snippets(note, document.language, anywhere))
        }
        for document in documents
    }


def _snippets(note: Note, language: str, wanted: Sequence[Leaf]) -> Snippets:
    """As HTML, with the hits in <em>."""
    texts = {"title": note.title, "description": note.content}
    found = {name: highlight.snippets(said, language, wanted, limit=SNIPPETS) for name, said in texts.items()}
    return {name: pieces for name, pieces in found.items() if pieces}
