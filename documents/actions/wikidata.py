"""Looks entities up at Wikidata, where the administrator allows it: what they are called in the languages served."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from docplatform.lib import http
from docplatform.lib.errors import Refused, Shape
from documents.models import Entity
from documents.models.entity import LANGUAGES

SECONDS = 10.0
MOST = 4 * 1024 * 1024
LENGTHS = {field.name: field.max_length or 0 for field in Entity._meta.fields if field.max_length}
FAILED = "Wikidata could not be asked: {} Try again later, or send a name along with wikidata_id."
UNKNOWN = "Wikidata has no item {}. Check the id."
SILENT = "It did not answer as expected."


def described(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The items, those without a name with what Wikidata knows of their ids. One request for all of them."""
    nameless = [str(item["wikidata_id"]) for item in items if "name" not in item]
    found = _ask(nameless) if nameless else {}
    return [item if "name" in item else {**item, **_described(item["wikidata_id"], found)} for item in items]


def _ask(ids: Sequence[str]) -> Mapping[str, Any]:
    query = {
        "action": "wbgetentities",
        "format": "json",
        "ids": "|".join(ids),
        "props": "labels|descriptions|sitelinks/urls",
        "languages": "|".join(LANGUAGES),
        "languagefallback": "1",
        "sitefilter": "|".join(f"{language}wiki" for language in LANGUAGES),
    }
    agent = {"User-Agent": f"DocPlatform/1 ({settings.PUBLIC_URL})"}  # Wikimedia wants to know whom to write to
    try:
        answer = http.fetch_json(
            f"{settings.WIKIDATA_URL}?{urlencode(query)}", headers=agent, most=MOST, seconds=SECONDS
        )
    except http.Failed as error:
        raise _failed(error.message) from error
    body = _object(answer.body)
    if answer.status != 200 or not (_object(body.get("entities")) or body.get("error")):
        raise _failed(SILENT)
    if _object(body.get("error")).get("code") == "no-such-entity":
        raise _unknown(str(_object(body["error"]).get("id", "with this id"))[:16])
    if "error" in body:
        raise _failed(SILENT)
    return _object(body["entities"])


def _described(wikidata_id: str, found: Mapping[str, Any]) -> dict[str, Any]:
    item = _object(found.get(wikidata_id))
    if not item or "missing" in item:
        raise _unknown(wikidata_id)
    texts = {language: text for language in LANGUAGES if (text := _text(item, language))}
    plain = next((text for text in texts.values() if "name" in text), {})
    return {"name": wikidata_id, **plain, "texts": texts}


def _text(item: Mapping[str, Any], language: str) -> dict[str, str]:
    """What is said in this language; `mul` is Wikidata's word for names that are the same in all of them."""
    labels, descriptions = (_object(_object(item.get(part)).get(language)) for part in ("labels", "descriptions"))
    link = _object(_object(item.get("sitelinks")).get(f"{language}wiki"))
    said = {
        "name": labels.get("value") if labels.get("language") in (language, "mul") else None,
        "description": descriptions.get("value") if descriptions.get("language") == language else None,
        "wikipedia_url": link.get("url"),
    }
    return {name: text for name, text in said.items() if isinstance(text, str) and _fits(name, text)}


def _fits(name: str, text: str) -> bool:
    is_link = name != "wikipedia_url" or text.startswith("https://")
    return bool(text.strip()) and len(text) <= LENGTHS[name] and "\x00" not in text and is_link


def _object(value: Any) -> Mapping[str, Any]:
    """Wikidata writes empty objects as []."""
    return value if isinstance(value, dict) else {}


def _failed(reason: str) -> Refused:
    return Refused("wikidata_unavailable", FAILED.format(reason), status=503)


def _unknown(wikidata_id: str) -> Refused:
    return Refused("wikidata_id", UNKNOWN.format(wikidata_id), shape=Shape.FIELD)
