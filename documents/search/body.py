"""The body of a document in the index, made in the database from the vectors of its pages: no text is read again."""

import math
from functools import cache
from typing import Any

from documents.search import analyzer, languages, statistics, vectors

LABELS = """
CASE WHEN tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * %(pages)s / 5.0)) >= 1.6 THEN 'B'
     WHEN tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * %(pages)s / 5.0)) >= 0.9 THEN 'C'
     ELSE 'D' END
"""
"""How much of the body a word makes up (BM25's saturated frequency), in three steps that fit into a weight label."""

DAMAGED = f"""(CASE WHEN EXISTS (
  SELECT FROM documents_versionpage vp JOIN documents_page p ON p.id = vp.page_id
  WHERE vp.version_id = %(version)s AND p.error <> ''
) THEN {vectors.literal(vectors.marker("page_errors", "true"), "D")} ELSE '' END::tsvector)"""
"""The mark of pages that failed. They are those of the version as its words are: it bears the label of such a word."""

SQL = f"""
WITH words AS (
  SELECT u.lexeme, sum(coalesce(cardinality(u.positions), 1))::float8 AS tf, count(*) AS pages
  FROM documents_versionpage vp
  JOIN documents_pagetext pt ON pt.page_id = vp.page_id
  CROSS JOIN LATERAL unnest(pt.tsv) u
  WHERE vp.version_id = %(version)s
  GROUP BY u.lexeme
), fitting AS (
  SELECT lexeme, tf, sum(octet_length(lexeme) + 8) OVER (ORDER BY pages DESC, length(lexeme), lexeme) AS size
  FROM words
), salient AS (
  SELECT words.lexeme FROM words
  LEFT JOIN unnest(%(common)s::text[], %(idf)s::float8[]) AS c(lexeme, idf) USING (lexeme)
  WHERE starts_with(words.lexeme, %(stem)s) AND NOT words.lexeme = ANY(%(stop)s)
  ORDER BY least(tf, 20) / (least(tf, 20) + 1.2) * coalesce(c.idf, %(rare)s) DESC, words.lexeme
  LIMIT %(salient)s
)
SELECT
  (SELECT coalesce(string_agg('''' || lexeme || ''':1' || {LABELS}, ' '), '')::tsvector
   FROM fitting WHERE size <= %(bytes)s) || {DAMAGED} AS terms,
  (SELECT coalesce(string_agg('''' || lexeme || ''':1C', ' '), '')::tsvector FROM salient) AS digest
"""  # noqa: S608  # constants only; lexemes of the analyzer hold neither quotes nor backslashes
MAX_BYTES = 850_000
"""Of the megabyte that a tsvector may take; in a document with more different words, those of fewest pages are lost."""
SALIENT = 48


def parameters(version_id: int | None, pages: int, language: str) -> dict[str, Any]:
    """What the statement needs: salient are stems (exact forms where there is no stemmer) that are not everywhere."""
    common = {lexeme: share for lexeme, share in statistics.frequencies().items() if not lexeme.startswith("\x01")}
    code = languages.STEMMER_OF.get(language, "")
    return {
        "version": version_id,
        "pages": max(pages, 1),
        "common": list(common),
        "idf": [statistics.idf(share) for share in common.values()],
        "rare": math.log(1 + 1 / statistics.UNKNOWN),
        "stop": _stop_words(code),
        "stem": f"{analyzer.STEM}{code}" if code else "",
        "salient": SALIENT,
        "bytes": MAX_BYTES,
    }


@cache
def _stop_words(code: str) -> list[str]:
    """Words like `the`, and their stems."""
    return [form for word in languages.STOP_WORDS for form in analyzer.query_forms(word, [code] if code else [])]
