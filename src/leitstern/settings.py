"""What `leitstern.toml` says about a workspace."""

from __future__ import annotations

import json
import tomllib
import zoneinfo
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from leitstern import toml
from leitstern.errors import Problem
from leitstern.language import Language, default_language
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.engine.generation import Context
    from leitstern.periods.workdays import WorkCalendar

FILE = "leitstern.toml"


class Settings(BaseModel):
    """The settings of a workspace.

    ``currency`` is what amounts are shown in; ``timezone`` puts moments into days; ``country`` and
    ``region`` (a Land, a canton) choose the public holidays, ``local_holidays`` adds those of a place
    (see ``periods.regions``), ``closing_days`` are days without work; ``fiscal_year_start`` is the
    month in which the fiscal year starts (1: the calendar year).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    language: Language = Field(default_factory=default_language)
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    timezone: str = "Europe/Berlin"
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "DE"
    region: str | None = None
    local_holidays: tuple[str, ...] = ()
    closing_days: tuple[date, ...] = ()
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1

    @field_validator("timezone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError(zone) from unknown
        return zone

    @classmethod
    def check(cls, place: str, values: dict[str, object]) -> Settings:
        """Settings from plain values; raises ``Problem`` naming ``place`` and the first wrong setting."""
        try:
            settings = cls.model_validate(values)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False)[0]
            name = str(first["loc"][0])
            known = ", ".join(cls.model_fields)
            if first["type"] == "extra_forbidden":
                raise Problem("leitstern.setting_unknown", place=place, name=name, known=known) from wrong
            raise Problem(
                "leitstern.setting_wrong",
                place=place,
                name=name,
                value=values.get(name, "-"),
                remedy=_Remedy(name),
            ) from wrong
        calendar = settings.calendar()  # raises for a country or region without known holidays
        return settings.model_copy(update={"region": calendar.region})

    def calendar(self) -> WorkCalendar:
        """The working days of a full-time person."""
        from leitstern.periods.workdays import WorkCalendar

        return WorkCalendar(
            self.country,
            self.region,
            extras=frozenset(self.local_holidays),
            closing_days=frozenset(self.closing_days),
        )

    def context(self, batch: int) -> Context:
        """What of the settings decides about numbers, for a generation of imports up to ``batch``."""
        from leitstern.engine.generation import Context

        return Context(
            self.name,
            self.timezone,
            self.currency,
            self.country,
            self.region,
            self.local_holidays,
            tuple(day.isoformat() for day in self.closing_days),
            self.fiscal_year_start,
            batch,
        )

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """The settings of the workspace in ``folder``; raises ``Problem``."""
        file = folder / FILE
        try:
            content = toml.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError) as none:
            raise Problem("leitstern.no_workspace", path=folder) from none
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise Problem("leitstern.settings_unreadable", place=file, detail=wrong) from wrong
        values = content.get("workspace")
        if not isinstance(values, dict):
            raise Problem("leitstern.settings_section", place=file)
        return cls.check(str(file), {"name": folder.resolve().name, **values})

    def write(self, folder: Path) -> None:
        """Write the settings as a TOML file that people read and change."""
        lines = ["[workspace]"]
        for name, value in self.model_dump().items():
            remark = message(f"leitstern.about_{name}", self.language)
            entry = f"# {name} =" if value is None else f"{name} = {_toml(value)}"
            lines.append(f"{entry:<32}  # {remark}")
        (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)  # a JSON string or number is also one of TOML


class _Remedy:
    """What a setting may be, said in the language of the message it is put into."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __format__(self, language: str) -> str:
        return message(f"leitstern.about_{self.name}", language or "en")
