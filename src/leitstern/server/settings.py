"""Django settings.

From the environment:

``LEITSTERN_WORKSPACE``   the workspace folder that is served (default: the current folder)
``LEITSTERN_DATABASE``    address of the application database, such as
                          ``postgresql://user:password@host/name`` (default: SQLite in the workspace)
``LEITSTERN_SECRET_KEY``  what sessions are signed with (default: a random one, kept in the workspace)
``LEITSTERN_HOSTS``       names the server answers to, separated by commas (default: this machine only)
``LEITSTERN_HTTPS``       1: the server is reached over HTTPS, through a proxy; cookies travel no other way
``LEITSTERN_PROXIES``     number of proxies in front that tell the visitor's address (default: 0)
``LEITSTERN_PROCESSES``   processes that answer (default: 2, or 1 on one core)
``LEITSTERN_THREADS``     threads of each process (default: 4)
``LEITSTERN_SECOND_FACTOR``  roles that have to log in with one-time codes, separated by commas, or ``all``
``LEITSTERN_DEBUG``       1 reloads static files on change; error pages stay the designed ones
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url

from leitstern.server.oidc import provider
from leitstern.server.second_factor import named_roles
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
MIDDLEWARE = [
    "leitstern.server.middleware.security_headers",
    "leitstern.server.api.problems.only_problems",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leitstern.server.gate.sessions_end",
    "django.contrib.messages.middleware.MessageMiddleware",
    "leitstern.server.middleware.preferences",
    "leitstern.server.gate.log_in_first",
    "leitstern.server.gate.second_factor_first",
    "allauth.account.middleware.AccountMiddleware",
    "leitstern.server.middleware.one_generation",
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
    # Readers never wait for a writer, and a writer waits its turn instead of failing. What was answered with
    # "done", such as an accepted goal, outlives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
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

# --- log-in ---

HTTPS = os.environ.get("LEITSTERN_HTTPS") == "1"
PROXIES = int(os.environ.get("LEITSTERN_PROXIES", "0"))
SECOND_FACTOR = named_roles(os.environ.get("LEITSTERN_SECOND_FACTOR", ""))
THREADS = max(1, int(os.environ.get("LEITSTERN_THREADS") or 4))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
#: A log-in ends after this time without a page, and after this time in any case.
SESSION_IDLE = timedelta(hours=12)
SESSION_AT_MOST = timedelta(days=7)
SESSION_COOKIE_AGE = int(SESSION_AT_MOST.total_seconds())

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_LENGTH = 12
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": PASSWORD_LENGTH}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
# In the database, so that limits on guessing hold for all workers and outlive a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "leitstern_limits",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

ACCOUNT_ADAPTER = "leitstern.server.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "leitstern.server.forms.LogIn",
    "change_password": "leitstern.server.forms.ChangePassword",
    "reauthenticate": "leitstern.server.forms.Reauthenticate",
}
MFA_FORMS = {
    "authenticate": "leitstern.server.forms.SecondFactorCode",
    "reauthenticate": "leitstern.server.forms.SecondFactorAgain",
    "activate_totp": "leitstern.server.forms.SecondFactorOn",
}
#: Wrong passwords wait by account and address: see `guessing`. A company logs in from one address on Mondays.
#: Wrong one-time codes are only counted after the right password, so their limit keeps no owner out.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "5/5m/key,20/d/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
MFA_ADAPTER = "leitstern.server.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Leitstern"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever invited somebody vouches for the address
SOCIALACCOUNT_ADAPTER = "leitstern.server.adapters.SingleSignOn"
SOCIALACCOUNT_LOGIN_ON_GET = True  # begun by our own link only: see views/accounts/sso.py
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = provider(WORKSPACE)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"refused": {"()": "leitstern.server.log.Refused"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler"},
        "refused": {"class": "logging.StreamHandler", "formatter": "refused"},
    },
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["refused"], "level": "ERROR", "propagate": False},
    },
}
