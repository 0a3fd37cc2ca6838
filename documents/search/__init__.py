"""Full-text search in the database.

Writing: analyzer (words) → vectors (literals) → index (rows), with body and facets.
Asking: params (URL) + lexer, parser (q) → tree → split (filters apart from text) → compiler with words, text and
values (conditions) → query with pages, ranking, sorting, cursor (hits) → highlight and within (where it stands).
"""
