"""The records that the account of the data tells of for one reason."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.engine.records import AsideRecord
from leitstern.server import accounts_of_data, frame, words
from leitstern.server.figures import DASH
from leitstern.server.pages import Pages
from leitstern.server.sight import sight

_PER_PAGE = 50


@require_safe
def records(request: HttpRequest, fact: str, code: str) -> HttpResponse:
    """One page of the records; single records are for those who look after the imports."""
    ask = sight(request)
    if not ask.policy.may(ask.viewer, "import") or ask.generation() is None:
        raise Http404
    remark = accounts_of_data.remark_at(accounts_of_data.account(ask), fact, code, request.GET.dict())
    if remark is None:
        raise Http404(_("There are no such records any more. The data page says what there is."))
    found: list[AsideRecord] = ask.once(
        ("account_records", remark), lambda ws: ws.account_records(remark), of="store"
    )
    pages = Pages(request, len(found), _PER_PAGE)
    context = {
        "title": f"{words.fact_name(fact, frame.language())}: "
        f"{remark.text(frame.language(), frame.figures().plain)}",
        "pages": pages,
        "rows": [_row(one) for one in found[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE]],
    }
    return render(request, "leitstern/data_records.html", context)


def _row(one: AsideRecord) -> list[str]:
    day = frame.calendar().day(one.day) if one.day else DASH
    return [one.key, day, *(value or DASH for value in (one.title, one.person, one.team, one.customer))]
