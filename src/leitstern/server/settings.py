"""Django settings: no database, no sessions, loopback only.

From the environment:

``LEITSTERN_WORKSPACE``   the workspace folder that is shown (default: the current folder)
``LEITSTERN_SECRET_KEY``  default: a new one per start; nothing signed outlives a process yet
``LEITSTERN_DEBUG``       1 reloads static files on change; error pages stay the designed ones
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent

WORKSPACE = Path(os.environ.get("LEITSTERN_WORKSPACE", "."))
SECRET_KEY = os.environ.get("LEITSTERN_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False

# There is no log-in yet: the server binds to loopback and answers to these names only.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

ROOT_URLCONF = "leitstern.server.urls"
WSGI_APPLICATION = "leitstern.server.wsgi.application"
INSTALLED_APPS = ["leitstern.server"]
MIDDLEWARE = [
    "leitstern.server.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "leitstern.server.middleware.one_generation",
    "leitstern.server.middleware.preferences",
    "leitstern.server.middleware.problems",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["leitstern.server.frame.frame"]},
    }
]
DATABASES: dict[str, dict[str, str]] = {}

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
