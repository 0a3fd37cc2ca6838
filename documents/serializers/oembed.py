"""oEmbed: which document, page, note or project an address speaks of, and the frame that shows it on other sites."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from django.conf import settings
from django.utils.html import format_html
from rest_framework import serializers

from docplatform.lib import urls
from documents.models import Document
from organizations.permissions import Person
from projects import permissions as project_permissions
from projects.models import Project

PROVIDER = "DocPlatform"
LETTER = (612.0, 792.0)
"""The size in points that a page has as long as nobody knows it."""
NOTE_HEIGHT = 300

_ID = r"[0-9]{1,18}(?![0-9])"
_DOCUMENT = rf"/documents/(?P<document>{_ID})[\w.-]*"
PATHS = (
    re.compile(rf"{_DOCUMENT}/?"),
    re.compile(rf"{_DOCUMENT}/pages/(?P<page>{_ID})(?:\.html)?/?"),
    re.compile(rf"{_DOCUMENT}/annotations/(?P<note>{_ID})(?:\.html)?/?"),
    re.compile(rf"/api/documents/(?P<document>{_ID})/?"),
    re.compile(rf"/api/documents/(?P<document>{_ID})/notes/(?P<note>{_ID})/?"),
)
# Both `<id>-<slug>` and `<slug>-<id>` have been in use; with numbers at both ends, the first one is tried first.
PROJECTS = (re.compile(rf"(?:/api)?/projects/({_ID})(?:-[\w.-]*)?/?"), re.compile(rf"/projects/[\w.-]*-({_ID})/?"))
PROJECT_SIZE = 500
"""A project has no size of its own: as wide and as high, in pixels, unless there is less room."""
FRAGMENT = re.compile(rf"document/p(?P<page>{_ID})(?:/a(?P<note>{_ID}))?")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """What an address speaks of: a document, one of its pages (1-based), a note, or the first of those projects that is
    there. `query` goes on to the frame."""

    query: str
    document: int | None = None
    page: int | None = None
    note: int | None = None
    projects: tuple[int, ...] = ()


def place(address: str) -> Place | None:
    """What an address of this site speaks of; None where it is none, or of anything else."""
    try:
        parts = urlsplit(unquote(address))
        is_ours = parts.scheme in PORTS and _host(parts) == _host(urlsplit(settings.PUBLIC_URL))
    except ValueError:  # no address at all
        return None
    if not is_ours:
        return None
    if projects := project_ids(parts.path):
        return Place(_query(parts.query), projects=projects)
    found = next((match for pattern in PATHS if (match := pattern.fullmatch(parts.path))), None)
    if found is None:
        return None
    names = found.groupdict()
    if len(names) == 1 and (deeper := FRAGMENT.fullmatch(parts.fragment)):
        names |= deeper.groupdict()
    numbers = {name: int(number) for name, number in names.items() if number}
    document, page, note = (numbers.get(name) for name in ("document", "page", "note"))
    return Place(_query(parts.query), document, page, note)


def project_ids(path: str) -> tuple[int, ...]:
    """The projects that a path may mean, the likeliest first; none if it is not that of a project."""
    found = (pattern.fullmatch(path) for pattern in PROJECTS)
    return tuple(dict.fromkeys(int(match[1]) for match in found if match))


def project(pks: Sequence[int], user: Person, slug: str = "") -> Project | None:
    """The first of these projects that the person may see; rather the one with that slug."""
    visible = Project.objects.filter(project_permissions.view(user)).in_bulk(pks)
    found = [visible[pk] for pk in pks if pk in visible]
    return next((row for row in found if slug and row.slug == slug), found[0] if found else None)


def project_path(project: Project) -> str:
    """Where people read the project."""
    return f"/projects/{project.slug}-{project.pk}/"


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    """Both schemes count: an address that was copied long ago may be the plain one."""
    return parts.hostname, None if parts.port in PORTS.values() else parts.port


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0] not in ("embed", "_escaped_fragment_")]
    return urlencode([("embed", "1"), *kept])


@dataclass(frozen=True)
class Limits:
    """The most that the asking site has room for, in pixels; None: as much as it takes."""

    width: int | None
    height: int | None

    def fit(self, size: tuple[float, float]) -> tuple[int, int]:
        """Both limits as they are; one of them, and the other in proportion; else the size itself."""
        aspect = size[0] / size[1]
        if self.width and self.height:
            return self.width, self.height
        if self.width:
            return self.width, max(int(self.width / aspect), 1)
        if self.height:
            return max(int(self.height * aspect), 1), self.height
        return int(size[0]), int(size[1])

    @property
    def style(self) -> str:
        """As style sheets say it."""
        sides = {"max-width": self.width, "max-height": self.height}
        return "".join(f" {name}: {most}px;" for name, most in sides.items() if most)


def first_page_size(document: Document) -> tuple[float, float]:
    """In points: the first entry of the specification is that of the first page."""
    width, _, height = document.page_spec.partition(":")[0].partition("x")
    return (float(width), float(height)) if width and height else LETTER


def discovery_url(canonical: str) -> str:
    """Where programs that read a page learn how to embed it."""
    return f"{urls.absolute('/api/oembed/')}?{urlencode({'url': canonical})}"


def frame(path: str, query: str, title: str, size: tuple[int | str, int | str], style: str) -> str:
    """One line of HTML, for sites that dislike scripts and line breaks."""
    return format_html(
        '<iframe src="{}" title="{} (Hosted by {})" width="{}" height="{}" style="{}" '
        'sandbox="allow-scripts allow-same-origin allow-popups" allow="fullscreen" data-source="oembed"></iframe>',
        f"{urls.absolute(path)}?{query}",
        " ".join(title.split()),
        PROVIDER,
        *size,
        style,
    )


class OembedInput(serializers.Serializer[Any]):
    """What is to be embedded, and the room for it."""

    url = serializers.CharField(help_text="The address of a document, a page, a note or a project.")
    maxwidth = serializers.IntegerField(required=False, help_text="In pixels.")
    maxheight = serializers.IntegerField(required=False, help_text="In pixels.")


class OembedOutput(serializers.Serializer[Any]):
    """What oEmbed 1.0 calls a rich response. A note has neither width nor height."""

    version = serializers.CharField()
    provider_name = serializers.CharField()
    provider_url = serializers.URLField()
    cache_age = serializers.IntegerField()
    title = serializers.CharField()
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)
    html = serializers.CharField()
    type = serializers.ChoiceField(choices=("rich",))
