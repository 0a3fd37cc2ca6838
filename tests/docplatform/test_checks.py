"""Half-made configuration is refused with a sentence that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from docplatform import checks
from docplatform.lib import environment

HTTPS = {"IS_HTTPS": True, "TRUSTED_PROXIES": ["10.0.0.1"]}
SIBLINGS = {"PUBLIC_URL": "https://api.example.org", "SESSION_COOKIE_DOMAIN": ".example.org"}
S3 = {"S3_BUCKET": "files", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}


def found(changed: Settings, **values: object) -> list[str]:
    for name, value in values.items():
        setattr(changed, name, value)
    return [f"{message.id} {message.msg}" for message in run_checks(tags=[checks.TAG])]


def test_the_defaults_are_fine(settings: Settings) -> None:
    assert found(settings) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({**S3, "S3_SECRET_KEY": ""}, "E002 S3_BUCKET is set, but S3_SECRET_KEY is not."),
        ({**S3, "S3_ACCESS_KEY": ""}, "E002 S3_BUCKET is set, but S3_ACCESS_KEY is not."),
        ({"S3_ACCESS_KEY": "a"}, "E001 S3_ACCESS_KEY is set, but S3_BUCKET is not."),
        ({**S3, "S3_ENDPOINT_URL": "minio:9000"}, "E003 S3_ENDPOINT_URL must begin with http:// or https://."),
        ({"TRUSTED_PROXIES": ["proxy"]}, "E004 TRUSTED_PROXIES holds 'proxy', which is not an IP address or network."),
        ({"MAX_PAGES": 0}, "E007 MAX_PAGES is 0, so every file would be refused."),
        ({"MAX_PDF_BYTES": 0}, "E007 MAX_PDF_MIB is 0, so every file would be refused."),
        ({"ALLOWED_PRIVATE_HOSTS": ["a", "http://b"]}, "E008 ALLOWED_PRIVATE_HOSTS holds 'http://b', which is not a"),
        ({"ALLOWED_PRIVATE_HOSTS": ["10.0.0.0/8"]}, "E008 ALLOWED_PRIVATE_HOSTS holds '10.0.0.0/8'"),
        ({"ALLOWED_PRIVATE_HOSTS": ["[::1"]}, "E008 ALLOWED_PRIVATE_HOSTS holds '[::1'"),
        ({"ALLOWED_PRIVATE_HOSTS": ["a:http"]}, "E008 ALLOWED_PRIVATE_HOSTS holds 'a:http'"),
        (
            {"ALLOWED_ORIGINS": ["https://127.0.0.1:9/app"]},
            "E009 ALLOWED_ORIGINS holds 'https://127.0.0.1:9/app'",
        ),
        ({"ALLOWED_ORIGINS": ["https://127.0.0.1:443"]}, "E009 ALLOWED_ORIGINS holds"),
        ({"ALLOWED_ORIGINS": ["https://*.example.org"]}, "E009 ALLOWED_ORIGINS holds"),
        ({"ALLOWED_ORIGINS": ["*"]}, "E009 ALLOWED_ORIGINS holds"),
        ({**HTTPS, "ALLOWED_ORIGINS": ["http://127.0.0.1:9"]}, "E010 ALLOWED_ORIGINS holds 'http://127.0.0.1:9', but"),
        ({"ALLOWED_ORIGINS": ["http://www.example.org"]}, "E011 Cookies of this site do not reach http://www.example."),
        ({"SESSION_COOKIE_DOMAIN": "example.org"}, "E012 COOKIE_DOMAIN is 'example.org', which is not a parent domain"),
        ({"SESSION_COOKIE_DOMAIN": "127.0.0.1"}, "E012 COOKIE_DOMAIN is '127.0.0.1', which is not a parent domain"),
        ({"SESSION_COOKIE_SAMESITE": "Never"}, "E013 COOKIE_SAMESITE must be lax, strict or none, not 'Never'."),
        ({"SESSION_COOKIE_SAMESITE": "None"}, "E014 COOKIE_SAMESITE is none, which browsers accept with https only."),
        ({"WIKIDATA_URL": "www.wikidata.org"}, "E015 WIKIDATA_URL must begin with http:// or https://."),
        ({"REDIS_URL": "http://cache"}, "E005 REDIS_URL must look like redis://host:6379/0."),
        ({"SECRET_KEY": "short"}, "E006 SECRET_KEY has fewer than 32 characters."),
        ({"IS_HTTPS": True}, "W002 PUBLIC_URL is https, but no proxy is trusted."),
        ({"HOST": "0.0.0.0"}, "W001 HOST=0.0.0.0 lets other machines in, but PUBLIC_URL is not https"),
        ({"HOST": "::"}, "W001 HOST=:: lets other machines in"),
    ],
)
def test_what_is_half_made_is_named(settings: Settings, values: dict[str, object], said: str) -> None:
    messages = found(settings, **values)
    assert len(messages) == 1
    assert messages[0].startswith(f"docplatform.{said}")


@pytest.mark.parametrize(
    "values",
    [
        S3,
        {**S3, "S3_ENDPOINT_URL": "http://minio:9000", "S3_REGION": "eu-central-1"},
        {"TRUSTED_PROXIES": ["10.0.0.0/8", "::1", "192.168.1.1"], "IS_HTTPS": True, "HOST": "0.0.0.0"},
        {"ALLOWED_PRIVATE_HOSTS": ["files.internal", "10.0.0.7:8080", "[::1]:80", "[::1]"]},
        {"HOST": "localhost"},
        {"ALLOWED_ORIGINS": ["http://127.0.0.1:5173"]},
        {**HTTPS, **SIBLINGS, "ALLOWED_ORIGINS": ["https://www.example.org"], "SESSION_COOKIE_SAMESITE": "None"},
        {"HOST": "::1"},
        {"REDIS_URL": "rediss://cache:6379/1"},
    ],
)
def test_what_is_whole_passes(settings: Settings, values: dict[str, object]) -> None:
    assert found(settings, **values) == []


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("PORT=http", "PORT must be a whole number from 0 to 65535, not 'http'."),
        ("PORT=70000", "PORT must be a whole number from 0 to 65535"),
        ("WORKERS=-1", "WORKERS must be a whole number"),
        ("PUBLIC_URL=documents.example.org", "PUBLIC_URL must be a URL such as https://documents.example.org"),
        ("PUBLIC_URL=ftp://documents.example.org", "PUBLIC_URL must be a URL such as"),
        ("PUBLIC_URL=https://a.example.org/?x=1", "PUBLIC_URL must be a URL such as"),
        ("PUBLIC_ASSET_URL=//cdn", "PUBLIC_ASSET_URL must be a URL such as"),
        ("DATABASE_URL=mysql://u:hidden@h/d", "DATABASE_URL must look like postgresql://"),
        ("DATABASE_URL=postgresql", "DATABASE_URL must look like postgresql://"),
        ("EMAIL_URL=mail.example.org", "EMAIL_URL must look like smtp+tls://"),
        ("UPLOAD_NEEDS_VERIFIED=perhaps", "UPLOAD_NEEDS_VERIFIED must be yes or no, not 'perhaps'."),
    ],
)
def test_what_cannot_be_read_is_refused_when_the_settings_are(variable: str, said: str, tmp_path: Path) -> None:
    name, _, value = variable.partition("=")
    readers = {
        "PORT": lambda: environment.number("PORT", 8000, most=65535),
        "WORKERS": lambda: environment.number("WORKERS", 0, most=256),
        "DATABASE_URL": lambda: environment.postgres("DATABASE_URL"),
        "EMAIL_URL": lambda: environment.mail("EMAIL_URL"),
        "UPLOAD_NEEDS_VERIFIED": lambda: environment.flag("UPLOAD_NEEDS_VERIFIED"),
    }
    read = readers.get(name, lambda: environment.web_address(name, "http://127.0.0.1"))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ImproperlyConfigured) as refused:
        patch.setenv(name, value)
        read()
    assert str(refused.value).startswith(said)
    assert "hidden" not in str(refused.value)


def configured(tmp_path: Path, code: str, **env: str) -> str:
    """What a fresh process sees in its settings."""
    quiet = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TEST_FOLDER"}}
    script = f"from django.conf import settings; print(({code}))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=quiet | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "docplatform.settings", **env},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_a_dot_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("PORT=8123\nWORKERS=3\nALLOWED_HOSTS=a.example.org, b.example.org\n")
    code = "settings.PORT, settings.WORKERS, settings.ALLOWED_HOSTS[:2], settings.PUBLIC_URL"
    expected = "(8123, 5, ['a.example.org', 'b.example.org'], 'http://127.0.0.1:8123')"
    assert configured(tmp_path, code, ENV_FILE=str(file), WORKERS="5") == expected


def test_https_switches_on_what_belongs_to_it(tmp_path: Path) -> None:
    code = (
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0,"
        " settings.CSRF_TRUSTED_ORIGINS, settings.SECURE_PROXY_SSL_HEADER, 'd.example.org' in settings.ALLOWED_HOSTS"
    )
    seen = configured(tmp_path, code, PUBLIC_URL="https://d.example.org/")
    assert seen == "(True, True, True, ['https://d.example.org'], None, True)"
    seen = configured(tmp_path, "settings.SECURE_PROXY_SSL_HEADER", TRUSTED_PROXIES="10.0.0.1")
    assert seen == "('HTTP_X_FORWARDED_PROTO', 'https')"


def test_the_web_server_has_a_pool_and_workers_keep_one_connection(tmp_path: Path) -> None:
    code = "'pool' in settings.DATABASES['default']['OPTIONS'], settings.DATABASES['default']['CONN_MAX_AGE']"
    assert configured(tmp_path, code, DOCPLATFORM_ROLE="web") == "(True, 0)"
    assert configured(tmp_path, code, DOCPLATFORM_ROLE="worker") == "(False, 600)"


def test_without_an_address_the_private_database_is_used(tmp_path: Path) -> None:
    code = "settings.DATABASE_IS_PRIVATE, settings.DATABASES['default']['HOST']"
    assert configured(tmp_path, code) == f"(True, '{tmp_path}/postgres')"


def test_the_secret_key_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    first, second = (configured(tmp_path, "settings.SECRET_KEY") for _ in range(2))
    assert first == second == (tmp_path / "secret_key").read_text().strip()
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert configured(tmp_path / "nowhere", "len(settings.SECRET_KEY) > 50") == "True"
    assert not (tmp_path / "nowhere").exists()


def test_a_part_has_the_key_from_its_first_start_on(tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert configured(new, "settings.SECRET_KEY", DOCPLATFORM_ROLE="web") == (new / "secret_key").read_text().strip()
    assert new.stat().st_mode & 0o777 == 0o700


def test_the_queue_uses_redis_when_there_is_one(tmp_path: Path) -> None:
    code = "settings.Q_CLUSTER.get('redis'), settings.Q_CLUSTER.get('orm')"
    assert configured(tmp_path, code, REDIS_URL="redis://cache:6379/0") == "('redis://cache:6379/0', None)"
    assert configured(tmp_path, code) == "(None, 'default')"


def test_manage_py_says_what_is_wrong_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "up"],
        env={**os.environ, "PORT": "x", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == (
        "DocPlatform is not configured right: PORT must be a whole number from 0 to 65535, not 'x'."
    )
    assert done.returncode == 1
