"""Django settings.

From the environment:

``LEITSTERN_WORKSPACE``   the workspace folder that is served (default: the current folder)
``LEITSTERN_DATABASE``    address of the application database, such as
                          ``postgresql://user:password@host/name`` (default: SQLite in the workspace)
``LEITSTERN_SECRET_KEY``  what sessions are signed with (default: a random one, kept in the workspace)
``LEITSTERN_HOSTS``       names the server answers to, separated by commas (default: this machine only)
``LEITSTERN_HTTPS``       1: cookies travel over HTTPS only
``LEITSTERN_DEBUG``       1 reloads static files on change; error pages stay the designed ones
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

from leitstern.server.secret import secret_key

HERE = Path(__file__).resolve().parent

WORKSPACE = Path(os.environ.get("LEITSTERN_WORKSPACE", "."))
SECRET_KEY = os.environ.get("LEITSTERN_SECRET_KEY") or secret_key(WORKSPACE)
DEBUG = False

ALLOWED_HOSTS = [
    *("localhost", "127.0.0.1", "[::1]"),
    *(host.strip() for host in os.environ.get("LEITSTERN_HOSTS", "").split(",") if host.strip()),
]

ROOT_URLCONF = "leitstern.server.urls"
WSGI_APPLICATION = "leitstern.server.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "leitstern.server",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
AUTH_USER_MODEL = "leitstern.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
MIDDLEWARE = [
    "leitstern.server.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "leitstern.server.middleware.one_generation",
    "leitstern.server.middleware.preferences",
    "leitstern.server.middleware.problems",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "leitstern.server.frame.frame",
            ]
        },
    }
]
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("LEITSTERN_DATABASE") or f"sqlite:///{WORKSPACE.resolve() / 'app.sqlite3'}",
        conn_max_age=60,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers never wait for a writer, and a writer waits its turn instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }

LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HERE / "static"
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = os.environ.get("LEITSTERN_DEBUG") == "1"
WHITENOISE_MAX_AGE = 0 if WHITENOISE_AUTOREFRESH else 86_400  # addresses carry a digest of the content
WHITENOISE_ALLOW_ALL_ORIGINS = False

APPEND_SLASH = False
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "leitstern.server.views.errors.csrf_failed"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
