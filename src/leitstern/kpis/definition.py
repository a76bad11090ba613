"""What a KPI file says, as checked data.

A definition names its measures, a formula over them and, if wanted, a shape over time. Filters and
formulas stay text here; ``leitstern.kpis.expressions`` parses and checks them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Unit = Literal["count", "currency", "percent", "days", "hours", "score", "ratio"]


class Document(BaseModel):
    """Base of all parts: unknown keys are errors, values do not change after checking."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(Document):
    """A text in both languages."""

    de: str
    en: str


class Words(Document):
    """Lists of words in both languages."""

    de: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Measure(Document):
    """One aggregate over one fact. Exactly one kind key is given.

    ==============  ==============================================================================
    ``count``       a fact: its records
    ``distinct``    ``fact.field``: different values (a ``ref`` counts resolved identities)
    ``sum``         ``fact.field``; ``average``, ``median``, ``min``, ``max`` likewise
    ``percentile``  ``fact.field`` with ``p`` between 0 and 1
    ``duration``    a fact, ``between`` two of its dates, ``as`` average or median,
                    ``in`` days (calendar days) or hours (elapsed)
    ``stock``       a fact (counted) or ``fact.field`` (summed) that exists at the period's end,
                    ``between`` the date it begins and the date it ends; ``at: start``: that existed
                    when the period began, ``at: both``: existed then and still does at its end
    ``conversion``  a fact: of the records begun ``on`` a date in the period, the share whose
                    date ``to`` came ``within`` so many days (a cohort)
    ``nps``         ``fact.field`` on 0 to 10: share of 9 and 10 less share of 0 to 6, times 100
    ``csat``        ``fact.field``: share of the top two of the scale (``scale_max``, else 5)
    ``manual``      a name in the ``manual_value`` fact, ``roll`` sum, average or last
    ==============  ==============================================================================

    ``where`` filters the records, ``on`` is the date that puts them into a period (default: the
    fact's main date).
    """

    count: str | None = None
    distinct: str | None = None
    sum: str | None = None
    average: str | None = None
    median: str | None = None
    percentile: str | None = None
    min: str | None = None
    max: str | None = None
    duration: str | None = None
    stock: str | None = None
    conversion: str | None = None
    nps: str | None = None
    csat: str | None = None
    manual: str | None = None

    where: str | None = None
    on: str | None = None
    p: float | None = Field(default=None, gt=0, lt=1)
    between: tuple[str, str] | None = None
    at: Literal["start", "end", "both"] | None = None
    how: Literal["average", "median"] | None = Field(default=None, alias="as")
    unit: Literal["days", "hours"] | None = Field(default=None, alias="in")
    to: str | None = None
    within: int | None = Field(default=None, ge=0)
    roll: Literal["sum", "average", "last"] | None = None

    @property
    def kind(self) -> str:
        """Which of the kind keys is given."""
        return next(kind for kind in MEASURE_KINDS if getattr(self, kind) is not None)

    @property
    def target(self) -> str:
        """The value of the kind key: ``fact`` or ``fact.field``."""
        return str(getattr(self, self.kind))

    @property
    def fact(self) -> str:
        """The fact the measure reads."""
        return "manual_value" if self.manual is not None else self.target.partition(".")[0]

    @property
    def field(self) -> str | None:
        """The field that is aggregated, if the kind has one."""
        return None if self.manual is not None else self.target.partition(".")[2] or None

    @model_validator(mode="after")
    def _one_kind(self) -> Measure:
        given = [kind for kind in MEASURE_KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "measure_kind",
                "a measure has exactly one kind, this one has {given}",
                {"given": ", ".join(given) or "-", "kinds": ", ".join(MEASURE_KINDS)},
            )
        return self


MEASURE_KINDS = (
    "count", "distinct", "sum", "average", "median", "percentile", "min", "max",
    "duration", "stock", "conversion", "nps", "csat", "manual",
)  # fmt: skip


class Shape(Document):
    """A shape over time, on top of the formula. Exactly one key is given.

    ``rolling``     over the last n units, ending with the period's last day (``{rolling: 12, unit: month}``)
    ``cumulative``  everything since the first record up to the period's end
    ``to_date``     since the start of the year (fiscal where the workspace has one), quarter or month
    ``growth``      change against the ``previous_period``, the same period of the ``previous_year``,
                    or ``year_to_date`` against the previous year-to-date, as a fraction
    """

    rolling: int | None = Field(default=None, ge=2)
    unit: Literal["day", "week", "month"] | None = None
    cumulative: Literal[True] | None = None
    to_date: Literal["month", "quarter", "year"] | None = None
    growth: Literal["previous_period", "previous_year", "year_to_date"] | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Shape:
        given = [k for k in ("rolling", "cumulative", "to_date", "growth") if getattr(self, k) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "shape_key",
                "a shape has exactly one of rolling, cumulative, to_date, growth, this one has {given}",
                {"given": ", ".join(given) or "-"},
            )
        if (self.rolling is None) != (self.unit is None):
            raise PydanticCustomError("shape_unit", "rolling and unit belong together")
        return self


class Definition(Document):
    """One version of one KPI, as its file says it."""

    kpi: Name
    version: int = Field(default=1, ge=1)
    valid_from: date | None = None
    name: Texts
    means: Texts
    also_called: Words = Words()
    owner: str
    unit: Unit
    good: Literal["up", "down", "between"]
    level: Literal["strategic", "operational"]
    timing: Literal["leading", "lagging"]
    about: Literal["activity", "result", "efficiency", "reach"]
    drives: tuple[Name, ...] = ()
    paired_with: tuple[Name, ...] = ()
    formula: str
    measures: dict[Name, Measure] = Field(default_factory=dict)
    shape: Shape | None = None
