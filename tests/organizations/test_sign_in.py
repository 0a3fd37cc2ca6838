"""The pages where people sign in and out, and set a forgotten password."""

import io
import re
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django_q.models import OrmQ

from organizations import tasks
from organizations.actions import passwords, people
from organizations.models import User
from tests.organizations.conftest import PASSWORD

NEW = "another four words"


def signed_in(password: str = PASSWORD) -> Client:
    client = Client()
    response = client.post("/accounts/sign-in/", {"username": "ada", "password": password})
    assert response.status_code == 302, response.content
    return client


def who(client: Client) -> str | None:
    response = client.get("/api/users/me/")
    return response.json()["username"] if response.status_code == 200 else None


def test_passwords_are_stored_as_argon2(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    user = people.create_user(username="eve", password=PASSWORD)
    assert user.password.startswith("argon2$argon2id$")


def test_sign_in_and_out(ada: User) -> None:
    client = signed_in()
    assert who(client) == "ada"
    assert client.post("/accounts/sign-out/").status_code == 302
    assert who(client) is None


def test_a_link_signs_nobody_out(ada: User) -> None:
    client = signed_in()
    assert client.get("/accounts/sign-out/").status_code == 405
    assert who(client) == "ada"


def test_the_form(db: None) -> None:
    page = Client().get("/accounts/sign-in/?next=/documents/1-x/").content.decode()
    assert 'name="next" value="/documents/1-x/"' in page
    assert "csrfmiddlewaretoken" in page


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/documents/1-x/", "/documents/1-x/"),
        ("https://evil.example.com/", "/"),
        ("//evil.example.com/", "/"),
        ("/\\evil.example.com", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_one_goes_on_only_within_the_site(ada: User, target: str, where: str) -> None:
    body = {"username": "ada", "password": PASSWORD, "next": target}
    assert Client().post("/accounts/sign-in/", body).headers["Location"] == where


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_wrong_credentials_stay_on_the_page(ada: User, username: str, password: str) -> None:
    client = Client()
    response = client.post("/accounts/sign-in/", {"username": username, "password": password})
    assert response.status_code == 200
    assert who(client) is None


def test_sign_in_needs_the_csrf_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD}).status_code == 403


def test_writes_with_a_session_need_the_csrf_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.patch("/api/users/me/", {}, content_type="application/json").status_code == 403
    client.get("/accounts/")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.patch("/api/users/me/", {}, content_type="application/json", headers=token).status_code == 200


def test_a_session_from_before_is_not_taken_over(ada: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD})
    assert client.cookies["sessionid"].value != session.session_key


def test_signing_out_everywhere_ends_all_sessions(ada: User) -> None:
    here, there = signed_in(), signed_in()
    assert here.get("/accounts/sign-out-everywhere/").status_code == 405
    assert here.post("/accounts/sign-out-everywhere/").status_code == 302
    assert (who(here), who(there)) == (None, None)
    assert who(signed_in()) == "ada"


def test_strangers_sign_nobody_out(db: None) -> None:
    response = Client().post("/accounts/sign-out-everywhere/")
    assert response.headers["Location"].startswith("/accounts/sign-in/")


def test_a_deactivated_person_is_out_at_once(ada: User) -> None:
    client = signed_in()
    people.deactivate(ada, actor=ada)
    assert who(client) is None


def test_changing_the_password_keeps_this_session_and_ends_the_others(ada: User) -> None:
    here, there = signed_in(), signed_in()
    body = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/accounts/", body).status_code == 302
    assert "is changed" in here.get("/accounts/").content.decode()
    assert (who(here), who(there)) == ("ada", None)
    assert who(signed_in(NEW)) == "ada"


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong", NEW, NEW),
        (PASSWORD, NEW, NEW + "x"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "password1", "password1"),
    ],
)
def test_a_password_that_is_not_changed(ada: User, old: str, new: str, again: str) -> None:
    client = signed_in()
    body = {"old_password": old, "new_password1": new, "new_password2": again}
    assert client.post("/accounts/", body).status_code == 200
    assert who(signed_in()) == "ada"


def test_the_account_page_is_for_people_who_are_signed_in(db: None) -> None:
    assert Client().get("/accounts/").headers["Location"] == "/accounts/sign-in/?next=/accounts/"


def ask(email: str, address: str = "203.0.113.1") -> Any:
    return Client(REMOTE_ADDR=address).post("/accounts/password-reset/", {"email": email})


def test_asking_tells_nobody_who_has_an_account(ada: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        known, unknown = ask("ada@example.org"), ask("nobody@example.org")
    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"] == unknown.headers["Location"] == "/accounts/password-reset/sent/"
    assert OrmQ.objects.count() == 2, "a worker finds out who has an account"
    assert Client().get("/accounts/password-reset/sent/").status_code == 200


def test_the_mail_leads_to_the_public_address_and_the_link_works_once(ada: User, settings: Any) -> None:
    settings.PUBLIC_URL = "https://docs.example.org"
    tasks.mail_password_link("ADA@example.org")
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    (path,) = re.findall(r"https://docs\.example\.org(/accounts/password-reset/\S+)", str(message.body))
    there = signed_in()
    tasks.mail_password_link("ada@example.org")  # signing in made the first link invalid
    path = re.findall(r"https://docs\.example\.org(/accounts/password-reset/\S+)", str(mail.outbox[1].body))[0]
    client = Client()
    form = client.get(path, follow=True)
    assert "Set your password" in form.content.decode()
    response = client.post(form.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert response.headers["Location"] == "/accounts/sign-in/"
    assert "Your password is set" in client.get("/accounts/sign-in/").content.decode()
    assert who(there) is None
    assert who(signed_in(NEW)) == "ada"
    assert "does not work any more" in Client().get(path, follow=True).content.decode()


def test_people_without_a_password_may_set_one_by_mail(db: None) -> None:
    people.create_user(username="eve", email="eve@example.org")
    tasks.mail_password_link("eve@example.org")
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("email", ["nobody@example.org", ""])
def test_no_mail_to_strangers(ada: User, email: str) -> None:
    people.create_user(username="noaddress")
    tasks.mail_password_link(email)
    assert mail.outbox == []


def test_no_mail_to_deactivated_people(ada: User) -> None:
    people.deactivate(ada, actor=ada)
    tasks.mail_password_link("ada@example.org")
    assert mail.outbox == []


def test_one_person_gets_only_a_few_mails(ada: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        assert {ask("ada@example.org").status_code for _ in range(6)} == {302}
    assert len(callbacks) == passwords.PER_PERSON


def test_one_address_asks_only_so_often(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PER_ADDRESS", 2)
    statuses = [ask(f"{number}@example.org", address="203.0.113.7") for number in range(3)]
    assert [response.status_code for response in statuses] == [302, 302, 429]
    assert int(statuses[2].headers["Retry-After"]) > 0
    assert ask("x@example.org", address="203.0.113.8").status_code == 302


def test_where_no_mail_is_sent_the_page_says_so(db: None) -> None:
    assert "cannot send mail" in Client().get("/accounts/password-reset/").content.decode()


def test_the_command_sets_a_password(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in()
    monkeypatch.setattr("docplatform.management.commands.password.getpass", lambda prompt: NEW)
    call_command("password", "ada", stdout=io.StringIO())
    assert who(client) is None
    assert who(signed_in(NEW)) == "ada"


def test_the_command_prints_a_link(ada: User) -> None:
    out = io.StringIO()
    call_command("password", "ada", "--link", stdout=out)
    path = out.getvalue().strip().removeprefix("http://127.0.0.1:8000")
    assert "Set your password" in Client().get(path, follow=True).content.decode()


@pytest.mark.parametrize(
    ("name", "answers"), [("nobody", [NEW, NEW]), ("ada", [NEW, "x"]), ("ada", ["short", "short"])]
)
def test_the_command_refuses(ada: User, monkeypatch: pytest.MonkeyPatch, name: str, answers: list[str]) -> None:
    monkeypatch.setattr("docplatform.management.commands.password.getpass", lambda prompt: answers.pop(0))
    with pytest.raises(CommandError):
        call_command("password", name)
    assert who(signed_in()) == "ada"
