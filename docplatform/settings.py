"""The configuration, read once from the environment and from .env. Everything is optional."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import django_stubs_ext

from docplatform import rest
from docplatform.lib import environment, fingerprint, logs, postgres, secret
from docplatform.lib.environment import flag, names, number, text

django_stubs_ext.monkeypatch()  # so that classes may name the type parameters that Django leaves out
BASE_DIR = Path(__file__).resolve().parent.parent
environment.read_file(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))

# --- where things are
DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / "data"))).expanduser().resolve()
HOST = text("HOST", "127.0.0.1").strip("[]")
PORT = number("PORT", 8000, most=65535)
_near = "127.0.0.1" if HOST in {"0.0.0.0", "::"} else f"[{HOST}]" if ":" in HOST else HOST  # noqa: S104
_site = environment.web_address("PUBLIC_URL", f"http://{_near}:{PORT}")
PUBLIC_URL = _site.geturl()
_assets = environment.web_address("PUBLIC_ASSET_URL", f"{PUBLIC_URL}/public")
PUBLIC_ASSET_URL = f"{_assets.geturl()}/"
ALLOWED_HOSTS = names("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
ALLOWED_HOSTS += sorted({host for host in (_site.hostname, _assets.hostname) if host and host not in ALLOWED_HOSTS})
TRUSTED_PROXIES = names("TRUSTED_PROXIES")
ROLE = text("DOCPLATFORM_ROLE")  # which part this is: set by manage.py; parts differ in how they hold connections

# --- the database: a pool for the threads of the web server, one lasting connection for a worker
_database: dict[str, Any] = environment.postgres("DATABASE_URL") or postgres.django_database(DATA_DIR)
DATABASE_IS_PRIVATE = not text("DATABASE_URL")
DATABASES = {"default": {**_database, "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 600 if ROLE == "worker" else 0}}
if ROLE == "web":
    _pool = {"pool": {"min_size": 1, "max_size": 20, "timeout": 10}}
    DATABASES["default"]["OPTIONS"] = {**_database.get("OPTIONS", {}), **_pool}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- bytes: the local disk, or S3 as soon as there is a bucket
S3_BUCKET = text("S3_BUCKET")
S3_ENDPOINT_URL = text("S3_ENDPOINT_URL")
S3_PUBLIC_ENDPOINT_URL = text("S3_PUBLIC_ENDPOINT_URL")
S3_REGION = text("S3_REGION")
S3_ACCESS_KEY = text("S3_ACCESS_KEY")
S3_SECRET_KEY = text("S3_SECRET_KEY")

# --- Amazon Textract, which reads scans for people with a professional plan: off without region and keys
TEXTRACT_REGION = text("TEXTRACT_REGION")
TEXTRACT_ACCESS_KEY = text("TEXTRACT_ACCESS_KEY")
TEXTRACT_SECRET_KEY = text("TEXTRACT_SECRET_KEY")
TEXTRACT_ENDPOINT_URL = text("TEXTRACT_ENDPOINT_URL")

# --- security
SECRET_KEY = text("SECRET_KEY") or secret.key(DATA_DIR, make_folder=bool(ROLE))
DEBUG = False
IS_HTTPS = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# A front end on another origin acts with the cookies of its visitors, which the two sites share by their parent domain.
ALLOWED_ORIGINS = names("ALLOWED_ORIGINS")
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}", *filter(environment.is_origin, ALLOWED_ORIGINS)]
SESSION_COOKIE_DOMAIN = CSRF_COOKIE_DOMAIN = text("COOKIE_DOMAIN") or None
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = text("COOKIE_SAMESITE", "Lax").capitalize()
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "organizations.sessions"
# Whether there is HTTPS is decided by PUBLIC_URL, and docplatform.checks says where it is missing. Subdomains and the
# preload list are not ours to decide; the redirect from http is the proxy's work.
SILENCED_SYSTEM_CHECKS = [f"security.W0{code}" for code in ("04", "05", "08", "12", "16", "21")]
# What a browser loads from elsewhere: files, where they do not lie under PUBLIC_URL.
_buckets = [f"https://{S3_BUCKET}.s3.amazonaws.com", f"https://{S3_BUCKET}.s3.{S3_REGION or 'us-east-1'}.amazonaws.com"]
_files = [S3_PUBLIC_ENDPOINT_URL or S3_ENDPOINT_URL] if S3_ENDPOINT_URL or S3_PUBLIC_ENDPOINT_URL else _buckets
ASSET_ORIGINS = [*(_files if S3_BUCKET else []), f"{_assets.scheme}://{_assets.netloc}"]

INSTALLED_APPS = [
    "docplatform",
    "organizations",
    "projects",
    "documents",
    "addons",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
]
MIDDLEWARE = [
    "docplatform.middleware.log_requests",
    "docplatform.middleware.believe_only_our_proxies",
    "django.middleware.security.SecurityMiddleware",
    "docplatform.middleware.protect_browsers",
    "docplatform.cors.share",
    "docplatform.middleware.refuse_floods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organizations.middleware.keep_pace",
    "organizations.sessions.note_use",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "docplatform.lib.context.site",
            ]
        },
    }
]
ROOT_URLCONF = "docplatform.urls"
TIME_ZONE = "UTC"
# The address of static files changes with their content, so nothing that browsers keep is ever old.
STATIC_URL = f"/static/{fingerprint.of(BASE_DIR.glob('*/static'), django.__version__)}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 365 * 24 * 3600
WHITENOISE_IMMUTABLE_FILE_TEST = "."
LOGGING = logs.config()

# --- people
AUTH_USER_MODEL = "organizations.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
INVITATION_DAYS = number("INVITATION_DAYS", 14, most=365)
UPLOAD_NEEDS_VERIFIED = flag("UPLOAD_NEEDS_VERIFIED")
FEATURE_LEVEL = number("FEATURE_LEVEL", 1, most=2)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    "ROTATE_REFRESH_TOKENS": True,
    "USER_ID_FIELD": "uuid",
    "AUDIENCE": ["documentcloud"],
    "ISSUER": PUBLIC_URL,
}

# --- the API
REST_FRAMEWORK, REST_FLEX_FIELDS, SPECTACULAR_SETTINGS = rest.FRAMEWORK, rest.FLEX_FIELDS, rest.SPECTACULAR
# How often: 0 switches a limit off.
RATE_PER_SECOND = number("RATE_PER_SECOND", 10, most=10_000)
RATE_BURST = number("RATE_BURST", 20, most=10_000)
ANONYMOUS_PER_DAY = number("ANONYMOUS_PER_DAY", 500, most=1_000_000)
BULK_LIMIT = 25
PAGE_SIZE, MAX_PAGE_SIZE = 25, 1000

# --- documents
_MIB = 1024 * 1024
MAX_PDF_BYTES = number("MAX_PDF_MIB", 501, most=1024) * _MIB
MAX_OTHER_BYTES = number("MAX_OTHER_MIB", 26, most=1024) * _MIB
MAX_UNPACKED_BYTES = number("MAX_UNPACKED_MIB", 600, most=1024) * _MIB
MAX_PAGES = number("MAX_PAGES", 20_000, most=100_000)
MAX_IMAGE_PIXELS = number("MAX_IMAGE_MEGAPIXELS", 100, most=600) * 1_000_000
MAX_STEP_SECONDS = number("MAX_STEP_SECONDS", 600, most=1500)
MAX_FETCH_SECONDS = number("MAX_FETCH_SECONDS", 600, most=1500)
MIN_FREE_DISK_BYTES = number("MIN_FREE_DISK_MIB", 1024, most=1024 * 1024) * _MIB
ALLOWED_PRIVATE_HOSTS = names("ALLOWED_PRIVATE_HOSTS")
WIKIDATA_URL = text("WIKIDATA_URL")
PRESIGN_SECONDS = 300
MAX_DOWNLOAD_DOCUMENTS = number("MAX_DOWNLOAD_DOCUMENTS", 10_000, most=100_000)
TRASH_DAYS = number("TRASH_DAYS", 30, most=3650)
TEXT_PAGES_LIMIT = 50  # pages whose text one request may set
LOW_CONFIDENCE = 0.6  # of OCR, 0 to 1: below it, words are looked for but not relied on
REDACTION_NEEDS_REVIEW = flag("REDACTION_NEEDS_REVIEW")

# --- mail
_mail = environment.mail("EMAIL_URL")
globals().update(_mail)
MAIL_IS_SENT = bool(text("EMAIL_URL"))
_sender = str(_mail.get("EMAIL_HOST_USER") or "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _sender if "@" in _sender else f"docplatform@{_site.hostname}"
MAIL_DOMAIN = text("MAIL_DOMAIN", _site.hostname or "localhost")
MAX_MAIL_BYTES = number("MAX_MAIL_MIB", 50, most=1024) * _MIB

# --- the queue: messages only wake the workers, documents.models.job holds the truth
WORKERS = number("WORKERS", 0, most=256) or os.cpu_count() or 1  # of the bulk queue; the fast one has two
REDIS_URL = text("REDIS_URL")
_longest = max(MAX_STEP_SECONDS, MAX_FETCH_SECONDS)
Q_CLUSTER: dict[str, Any] = {
    "name": "fast",
    "workers": 2,
    "queue_limit": 2,  # the clock of a message runs from when it is fetched: fetch no more than is begun
    "bulk": 1,
    "timeout": 300 + _longest,  # a worker looks for another step in its first 200 seconds only
    "retry": 600 + _longest,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "scheduler": False,
    "guard_cycle": 1,
    "ALT_CLUSTERS": {"bulk": {"workers": WORKERS, "queue_limit": WORKERS}},
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}
