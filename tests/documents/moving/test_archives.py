"""Export and import: what somebody owns is found again in another installation, and nothing else is."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from docplatform.management import labour
from documents.actions import projects as places
from documents.actions.moving import export, tape
from documents.choices import StepKind
from documents.models import Document, Note, Origin, Page, SavedSearch, Section, Step
from organizations.models import Event, Membership, User
from projects.actions import project as projects
from projects.models import Access, Collaborator, Project
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file
from tests.documents.uploads import scan


@pytest.fixture(autouse=True)
def workers(own_storage: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labour.Labour, "wait", lambda self: drain())


def note(document: Document, user: User, title: str, access: str, page: int = 0) -> Note:
    where = document.organization
    return Note.objects.create(
        document=document, user=user, organization=where, page_number=page, title=title, access=access
    )


def archive(user: User, path: Path) -> Path:
    target = path / "export.tar"
    call_command("export", user=user.username, output=str(target), stderr=io.StringIO())
    return target


def take(path: Path, user: User, **options: Any) -> tuple[dict[int, int], str, int]:
    """Old ids → new ones, what is told, the exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_archive", str(path), user=user.username, stdout=out, stderr=err, **options)
    except SystemExit as end:
        code = int(str(end.code))
    pairs = [line.split("\t") for line in out.getvalue().splitlines()]
    return {int(old): int(new) for old, new in pairs}, err.getvalue(), code


def texts(document: Document) -> list[tuple[str, str | None]]:
    entries = Page.objects.filter(entries__version=document.version).order_by("entries__number")
    return [(page.text.body, page.ocr) for page in entries]


def test_a_document_moves_with_all_that_hangs_on_it(
    owner: User, colleague: User, outsider: User, tmp_path: Path
) -> None:
    old = process_file(owner, scan(1, 2), title="Harbour", access="public", data={"year": ["1999"]}, source="Pier 9")
    Document.objects.filter(pk=old.pk).update(created_at="2020-01-02T03:04:05Z")
    note(old, owner, "Look", "public", page=1)
    note(old, colleague, "Mine alone", "private")
    Section.objects.create(document=old, page_number=1, title="Annex")
    project = projects.create(user=owner, title="Leak", description="Boxes", private=True)
    places.put(project, {old.pk: True}, actor=owner)
    SavedSearch.objects.create(user=owner, name="Ships", query="ship")

    found, told, code = take(archive(owner, tmp_path), outsider)
    new = Document.objects.get(pk=found[old.pk])
    assert (code, told) == (0, "1 documents are new, 0 were known, 0 failed.\n")
    assert (new.user, new.status, new.access, new.title, new.data, new.source, str(new.created_at)[:10]) == (
        *(outsider, "success", "private", "Harbour", {"year": ["1999"]}, "Pier 9", "2020-01-02"),
    )
    old.refresh_from_db()
    assert new.page_count == 2
    assert new.original_hash == old.original_hash
    assert texts(new) == texts(old)
    assert texts(new)[0][1] == "tess4"
    assert not Step.objects.filter(job__document=new, kind=StepKind.OCR).exists()
    assert {page.images for page in new.version.pages.all()}.isdisjoint(p.images for p in old.version.pages.all())  # type: ignore[union-attr]
    assert list(new.notes.values_list("title", "access", "user", "page_number")) == [
        ("Look", "private", outsider.pk, 1)
    ]
    assert list(new.sections.values_list("title", "page_number")) == [("Annex", 1)]
    mine = Project.objects.get(user=outsider)
    assert (mine.title, mine.description, mine.private) == ("Leak", "Boxes", True)
    assert list(mine.memberships.values_list("document", "edit_access")) == [(new.pk, True)]
    assert SavedSearch.objects.get(user=outsider).query == "ship"
    hits = client_of(outsider).get(f"/api/documents/search/?q=harbour&user={outsider.pk}").json()["results"]
    assert [hit["id"] for hit in hits] == [str(new.pk)]

    again, told, code = take(archive(owner, tmp_path), outsider)
    assert (again, code) == (found, 0)
    assert told == "0 documents are new, 1 were known, 0 failed.\n"
    assert Note.objects.filter(user=outsider).count() == Project.objects.filter(user=outsider).count() == 1


def test_access_and_people_are_kept_when_that_is_wanted(
    owner: User, colleague: User, outsider: User, steps: FakeSteps, tmp_path: Path
) -> None:
    document = process_file(owner, b"1 0", access="public")
    project = projects.create(user=owner, title="Leak", private=True)
    places.put(project, {document.pk: True}, actor=owner)
    projects.add_collaborator(project, user=colleague, access=Access.EDIT, actor=owner)
    path = rewritten(archive(owner, tmp_path), {"document.pdf": b"1 0"})
    found, _, _ = take(path, outsider, keep_access=True)
    assert Document.objects.get(pk=found[document.pk]).access == "public"
    kept = Collaborator.objects.filter(project__user=outsider).values_list("user__username", "access")
    assert set(kept) == {("outsider", "admin"), ("colleague", "edit"), ("owner", "admin")}


def rewritten(path: Path, files: dict[str, bytes], *, is_honest: bool = True) -> Path:
    """The archive with other contents of some files; honest ones say so in the manifest."""
    out, target = b"", path.with_name("rewritten.tar")
    with tarfile.open(path) as found:
        for info in found:
            source = found.extractfile(info)
            content = source.read() if source else b""
            name = info.name.rpartition("/")[2]
            if name in files:
                content = files[name]
            elif name == "manifest.jsonl" and is_honest:
                rows = [json.loads(line) for line in content.splitlines()]
                for row in rows:
                    if row.get("file") in files:
                        row |= described(files[row["file"]])
                content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            out += b"".join(tape.put_bytes(info.name, content))
    target.write_bytes(out + tape.end())
    return target


def described(content: bytes) -> dict[str, Any]:
    lines = tape.put_bytes("x", content)
    while True:
        try:
            next(lines)
        except StopIteration as end:
            return {"size": end.value.size, "sha256": end.value.sha256}


@pytest.fixture
def small(owner: User, steps: FakeSteps, tmp_path: Path) -> Path:
    """An archive of one document of two pages."""
    document = process_file(owner, b"2 0", title="Small")
    note(document, owner, "Here", "private")
    return archive(owner, tmp_path)


def test_a_changed_file_is_refused(small: Path, outsider: User) -> None:
    path = rewritten(small, {"original": b"9 9"}, is_honest=False)
    found, told, code = take(path, outsider)
    assert (found, code) == ({}, 1)
    assert "checksum" in told
    assert not Document.objects.filter(user=outsider).exists()


def test_a_pdf_with_other_pages_is_refused(small: Path, outsider: User) -> None:
    found, told, code = take(rewritten(small, {"document.pdf": b"3 0"}), outsider)
    assert code == 1
    assert "has 3 pages, but the archive speaks of 2" in told
    assert Document.objects.get(user=outsider).status == "error"
    assert len(found) == 1


@pytest.mark.parametrize("where", [b"projects.jsonl", b"text.jsonl", b"end.json"])
def test_what_was_cut_short_is_told(small: Path, outsider: User, where: bytes) -> None:
    content = small.read_bytes()
    small.write_bytes(content[: content.index(where) + 20])
    with pytest.raises(CommandError, match="cut short"):
        take(small, outsider)


def member(name: str, content: bytes = b"{}", kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, "/etc/passwd"
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


HEAD = member("format.json", json.dumps({"format": 1, "site": "x", "installation": "y"}).encode())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04" * 200, "damaged"),
        (member("format.json", b'{"format": 2, "installation": "y"}'), "later version"),
        (member("projects.jsonl", b""), "no archive"),
        (HEAD + member("documents/1/original", b"", tarfile.SYMTYPE), "no plain file"),
        (HEAD + member("documents/1/manifest.jsonl", b"[" * 100_000), "damaged"),
        (HEAD + member("projects.jsonl", b"17\n"), "damaged"),
    ],
)
def test_hostile_archives_are_refused(content: bytes, reason: str, outsider: User, tmp_path: Path) -> None:
    path = tmp_path / "hostile.tar"
    path.write_bytes(content + tape.end())
    with pytest.raises(CommandError, match=reason):
        take(path, outsider)


def test_names_lead_nowhere(outsider: User, tmp_path: Path) -> None:
    names = ("../../evil", "/etc/evil", "documents/../evil", "documents/1/../../../evil", "documents/1/evil.sh")
    path = tmp_path / "names.tar"
    path.write_bytes(HEAD + b"".join(member(name) for name in names) + member("end.json") + tape.end())
    assert take(path, outsider) == ({}, "0 documents are new, 0 were known, 0 failed.\n", 0)
    assert not list(tmp_path.parent.rglob("*evil*"))


def exported(user: User, query: str = "") -> tuple[int, set[int], list[str]]:
    """The status, the documents in the answer, the titles of its projects."""
    answer: Any = client_of(user).get(f"/api/export/{query}")
    if answer.status_code != 200:
        return answer.status_code, set(), []
    with tarfile.open(fileobj=io.BytesIO(b"".join(answer.streaming_content))) as found:
        listed: Any = found.extractfile("projects.jsonl")
        titles = [json.loads(line)["title"] for line in listed.read().splitlines()]
        names = [info.name.split("/") for info in found]
    return 200, {int(name[1]) for name in names if name[0] == "documents"}, titles


def test_everybody_exports_their_own(owner: User, colleague: User, outsider: User) -> None:
    mine = make_document(owner, access="organization").pk
    make_document(owner, status="deleted")
    make_document(owner, access="invisible")
    make_document(colleague, access="organization")
    make_project(owner, "Mine")
    assert exported(owner) == (200, {mine}, ["Mine"])
    assert exported(outsider) == (200, set(), [])
    assert Event.objects.filter(kind="export.started", actor_id=owner.pk, target_type="user").count() == 1


def test_its_admins_export_an_organization_without_what_is_private(
    owner: User, colleague: User, outsider: User
) -> None:
    shared = {make_document(person, access="organization").pk for person in (owner, colleague)}
    make_document(owner, access="private")
    query = f"?organization={owner.organization_id}"
    assert exported(colleague, query)[0] == 403
    assert exported(outsider, query)[0] == 403
    assert exported(outsider, "?organization=999999")[0] == 404
    assert exported(outsider, "?organization=x")[0] == 400
    Membership.objects.filter(user=colleague, organization=owner.organization).update(admin=True)
    assert exported(colleague, query)[:2] == (200, shared)


def test_an_export_is_made_while_it_is_sent(owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "CHUNK", 1000)
    process_file(owner, b"1 0" + b" " * 50_000)
    assert max(map(len, export.stream(export.of_person(owner)))) < 5_000


def test_the_origin_names_the_installation(small: Path, outsider: User) -> None:
    take(rewritten(small, {"document.pdf": b"2 0"}), outsider)
    origin = Origin.objects.get(user=outsider)
    assert origin.site.endswith(export.installation())
    assert origin.document.notes.count() == 1
