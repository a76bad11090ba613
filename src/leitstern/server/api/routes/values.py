"""Values of KPIs, and the records behind them, as far as the caller may see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from leitstern.engine.observations import Observation
from leitstern.engine.reasons import sentence_end
from leitstern.engine.records import AsideRecord, Record
from leitstern.errors import Problem
from leitstern.periods.grains import parse, period_of, periods_between
from leitstern.server.api.documents import SubjectOut
from leitstern.server.api.fields import Code, Day, In, Number, Out, plain
from leitstern.server.api.paging import Page, Paging, page, paged
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.frame import language
from leitstern.server.sight import Sight, sight

if TYPE_CHECKING:
    from leitstern.periods.grains import Period

router = Router()

By = Literal["company", "team", "own_team", "person", "customer", "campaign", "product", "region"]
Grain = Literal[
    "day", "week", "month", "quarter", "half_year", "year",
    "fiscal_quarter", "fiscal_half_year", "fiscal_year",
]  # fmt: skip
#: How many values one question may span, over all its pages.
MOST = 500_000
#: How many records that are set aside a list names.
MOST_ASIDE = 500
#: Without `from`, so many periods are answered.
USUAL = 12


class ValueOut(Out):
    """One KPI, one period, one subject: the same object as `leitstern show --format json` prints."""

    kpi: str
    version: int
    unit: str
    grain: str
    period: str = Field(examples=["2026-10"])
    from_: Day = Field(alias="from")
    to: Day
    subject: SubjectOut
    value: Number | None = Field(description="Percent as a fraction; null where there is none.")
    numerator: Number | None
    denominator: Number | None
    rows: int = Field(description="How many records are behind the value.")
    complete: bool = Field(
        description="False while the period runs, its source has not reached its end, or it lacks records."
    )
    reason: str | None = Field(
        description="Why there is no value: no_base, no_data, source_late, no_source, not_begun, or "
        "protected, where it could tell about single persons."
    )
    set_aside: int = Field(description="How many records are set aside that would be in the value.")
    as_of: Day


class AskedValues(In):
    """Which values are asked for."""

    kpi: list[Code] = Field(
        min_length=1, max_length=20, description="A KPI, or a version of it (`win_rate@1`); repeat for more."
    )
    by: By = Field("company", description="Whom the values are about.")
    grain: Grain = Field("month", description="By which periods.")
    from_: Day | None = Field(None, alias="from", description="First day; default: twelve periods back.")
    to: Day | None = Field(None, description="Last day; default: the newest one there is data of.")


class RecordOut(Out):
    """A record behind a number."""

    fact: str
    key: str
    day: Day
    title: str | None
    person: str | None = Field(description="Null, too, where the caller may not see the person.")
    team: str | None
    customer: str | None
    adds: list[Number | str | None] = Field(description="What it adds to each part of the KPI.")


class AsideOut(Out):
    """A record that is missing in a number."""

    fact: str
    key: str
    day: Day | None = Field(description="Null where it has no date that puts it into a period.")
    title: str | None
    person: str | None = Field(description="Null, too, where the caller may not see the person.")
    team: str | None
    customer: str | None
    reason: str
    detail: str = Field(description="The reason, in the caller's language.")


class RecordPage(Page[RecordOut]):
    """A part of the records behind a number."""

    parts: list[str] = Field(description="The parts that `adds` stands for.")
    kinds: list[str] = Field(description="How a part leads to the number: sum, distinct or values.")
    set_aside: list[AsideOut] = Field(
        description=f"Records that are missing in the number, at most {MOST_ASIDE}."
    )


class AskedRecords(In):
    """Which number's records are asked for."""

    kpi: Code
    period: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["2026-10", "2026-W47"])
    by: By = "company"
    subject: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="The subject's id; without it the company, or records that are not assigned."
    )


@router.get(
    "/values", response=Page[ValueOut], by_alias=True, operation_id="list_values", url_name="values",
    summary="Values",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def values(
    request: HttpRequest, response: HttpResponse, window: Paging, asked: Annotated[AskedValues, Query()]
) -> dict[str, Any]:
    """Values of KPIs by period and subject, ordered by KPI, subject and period.

    Persons the caller may not see are left out; values that could tell about single persons are null with
    the reason `protected`.
    """
    ask = sight(request)
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    first, last = _days(ask, asked)
    _bounded(ask, asked, first, last)
    found: tuple[Observation, ...] = ()
    for name in dict.fromkeys(asked.kpi):
        found += ask.compute([name], asked.by, asked.grain, first, last)
    return paged(request, response, found, window, value_document)


@router.get(
    "/records", response=RecordPage, operation_id="list_records", url_name="records", summary="Records",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def records(
    request: HttpRequest, response: HttpResponse, window: Paging, asked: Annotated[AskedRecords, Query()]
) -> dict[str, Any]:
    """The records behind one number, oldest first: what was counted or summed, and what each adds.

    There is no list behind a protected number, nor for a person the caller may not see.
    """
    ask = sight(request)
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    period = period_named(ask, asked.period)
    if ask.definition(asked.kpi) is None:
        raise Hidden
    if asked.subject is not None and asked.subject not in dict(_subjects(ask, asked.by)):
        raise Hidden
    found = ask.records(asked.kpi, period, asked.by, asked.subject)
    if found is None:
        raise Hidden
    listed = page(request, response, found.rows, window, lambda part: [_record(r) for r in part])
    aside = [_aside(r) for r in found.aside[:MOST_ASIDE]]
    return {**listed, "parts": list(found.parts), "kinds": list(found.kinds), "set_aside": aside}


def period_named(ask: Sight, label: str) -> Period:
    """The period with a label such as 2026-10; Problem for what is none."""
    found = parse(label, ask.settings.fiscal_year_start)
    if not 1970 <= found.start.year <= 2199:
        raise Problem("periods.unknown_label", value=label)
    return found


def value_document(o: Observation) -> dict[str, Any]:
    """An observation as `leitstern show` prints it."""
    return {
        "kpi": o.kpi,
        "version": o.version,
        "unit": o.unit,
        "grain": o.grain,
        "period": o.period,
        "from": o.start,
        "to": o.end,
        "subject": {"type": o.subject.type, "id": o.subject.id, "name": o.subject.name},
        "value": plain(o.value),
        "numerator": plain(o.numerator),
        "denominator": plain(o.denominator),
        "rows": o.rows,
        "complete": o.complete,
        "reason": o.reason,
        "set_aside": o.set_aside,
        "as_of": o.as_of,
    }


def _subjects(ask: Sight, by: str) -> list[tuple[str, str]]:
    return [] if by == "company" else ask.subjects(by)


def _days(ask: Sight, asked: AskedValues) -> tuple[date, date]:
    last = asked.to or ask.until()
    if asked.from_ is not None:
        first = asked.from_
    else:
        first = period_of(last, asked.grain, ask.settings.fiscal_year_start).shifted(1 - USUAL).start
    if first > last:
        raise Refused(400, "dates_order")
    return first, last


def _bounded(ask: Sight, asked: AskedValues, first: date, last: date) -> None:
    periods = len(list(periods_between(first, last, asked.grain, ask.settings.fiscal_year_start)))
    subjects = 1 if asked.by == "company" else len(ask.whole.subjects(asked.by)) + 1
    count = periods * subjects * len(asked.kpi)
    if count > MOST:
        raise Refused(400, "too_much", asked=count, allowed=MOST)


def _aside(record: AsideRecord) -> dict[str, Any]:
    return {
        "fact": record.fact,
        "key": record.key,
        "day": record.day,
        "title": record.title,
        "person": record.person,
        "team": record.team,
        "customer": record.customer,
        "reason": record.reason,
        "detail": sentence_end(record.reason, record.fact, record.field, language()),
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "fact": record.fact,
        "key": record.key,
        "day": record.day,
        "title": record.title,
        "person": record.person,
        "team": record.team,
        "customer": record.customer,
        "adds": [value if isinstance(value, str) else plain(value) for value in record.adds],
    }
