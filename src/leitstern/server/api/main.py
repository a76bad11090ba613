"""The API itself: its ways in, its addresses, its schema."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.types import DictStrAny

from leitstern.server.api import openapi, problems
from leitstern.server.api.callers import AccessToken, Session
from leitstern.server.api.refusals import Refused
from leitstern.server.api.routes import ROUTERS

DESCRIPTION = """\
Values, goals and everything around them, as the pages show them.

Authenticate with an access token (`Authorization: Bearer ls_...`) of scope `read`, and `write` for what
changes something; make one on the page *My account*. A browser's session works too, with the header
`X-CSRFToken` for changes. Errors are problem documents (RFC 9457) in the language of `Accept-Language`
(de or en). What the caller may not see is answered like what does not exist: 404. Percentages are fractions
(0.63), days are ISO dates and both ends of a range belong to it. Lists come in pages (`limit`, `offset`);
the header `Link` and the member `next` name the next one. Up to 300 requests a minute are answered.
"""


class Json(Parser):
    """Reads JSON, and nothing else, with exact numbers."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The body; `Refused` (415) where it is not called JSON, ValueError where it is none."""
        given = request.content_type or ""
        if given != "application/json":
            raise Refused(415, "media_type", given=given or "–", wanted="application/json")
        found: DictStrAny = json.loads(request.body, parse_float=Decimal, parse_constant=_no_number)
        return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


class Api(NinjaAPI):
    """The ninja API with a schema that is complete."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The schema, with all that can be answered."""
        found = super().get_openapi_schema(**kwargs)
        found.update(openapi.complete(found))
        return found


api = Api(
    title="Leitstern API",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,  # ninja's page of documentation loads scripts from elsewhere
    auth=[AccessToken(), Session()],
    parser=Json(),
)
problems.install(api)
for prefix, router, tag in ROUTERS:
    api.add_router(prefix, router, tags=[tag])
