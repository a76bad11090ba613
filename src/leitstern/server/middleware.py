"""What every answer passes through: security headers, the reader's preferences, problems in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from leitstern.errors import Problem

Handler = Callable[[HttpRequest], HttpResponse]

#: Nothing is allowed but our own styles, pictures and forms. The pages have no script.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: Where the server is reached over HTTPS: a browser that came once comes no other way for a year.
ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
THEMES = ("auto", "light", "dark")
COOKIE_AGE = timedelta(days=365)


def security_headers(get_response: Handler) -> Handler:
    """Put the headers on everything, static files and errors included."""
    headers = HEADERS | (ONLY_HTTPS if settings.HTTPS else {})

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def one_generation(get_response: Handler) -> Handler:
    """Show one generation on a page, the newest: if a newer one was published meanwhile, make it again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        from leitstern.server.reader import reader

        before = reader().look()
        response = get_response(request)
        shown = request.method == "GET" and response.status_code == 200
        if shown and reader().look() != before:
            response = get_response(request)
        return response

    return middleware


def preferences(get_response: Handler) -> Handler:
    """Answer in the reader's language: the cookie, else the account's, the browser's, the workspace's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = request.COOKIES.get("language", "")
        if language not in dict(settings.LANGUAGES):
            language = _account_language(request) or _browser_language(request) or _workspace_language()
        with translation.override(language):
            response = get_response(request)
        response.headers["Content-Language"] = language
        return response

    return middleware


def problems(get_response: Handler) -> Handler:
    """Show a library's `Problem` as a page that says what to do, instead of an error."""

    class Middleware:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
            from leitstern.server.views.errors import problem

            return problem(request, error) if isinstance(error, Problem) else None

    return Middleware()


def _account_language(request: HttpRequest) -> str | None:
    user = request.user
    return user.language or None if user.is_authenticated else None


def _browser_language(request: HttpRequest) -> str | None:
    """The first language of the browser that we speak."""
    for entry in request.headers.get("Accept-Language", "").split(","):
        language = entry.split(";")[0].strip().lower().split("-")[0]
        if language in dict(settings.LANGUAGES):
            return language
    return None


def _workspace_language() -> str:
    from leitstern.server.reader import reader

    try:
        return str(reader().settings.language)
    except Problem:
        return str(settings.LANGUAGE_CODE)
