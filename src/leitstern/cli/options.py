"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import click

from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Grain

Function = TypeVar("Function", bound=Callable[..., object])

GRAINS = tuple(grain.replace("_", "-") for grain in Grain)


class Day(click.ParamType[date]):
    """A calendar day: 2026-03-31, or 31.03.2026."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the text; a usage error if it is no day."""
        if isinstance(value, date):
            return value
        text = str(value)
        day, _, rest = text.partition(".")
        month, _, year = rest.partition(".")
        try:
            if "." in text:
                return date(int(year), int(month), int(day))
            return date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is not a day; write it as 2026-03-31.", param, ctx)


class GrainName(click.Choice[str]):
    """One of ``GRAINS``, with `half_year` and `half-year` the same."""

    def __init__(self) -> None:
        super().__init__(GRAINS)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The grain with the name the library uses."""
        return super().convert(str(value).replace("_", "-"), param, ctx).replace("-", "_")


DAY = Day()

by = click.option(
    "--by", type=click.Choice(SUBJECTS), default="company", metavar="SUBJECT", show_default=True,
    help=f"Whom the values are about: {', '.join(SUBJECTS)}.",
)  # fmt: skip
grain = click.option(
    "--grain", type=GrainName(), default="month", metavar="GRAIN", show_default=True,
    help=f"How finely time is cut: {', '.join(GRAINS)}.",
)  # fmt: skip
start = click.option("--from", "start", type=DAY, metavar="DAY", help="First day. [default: of the data]")
end = click.option("--to", "end", type=DAY, metavar="DAY", help="Last day, included. [default: today]")
as_of = click.option("--as-of", type=DAY, metavar="DAY", help="Answer as if this day were today.")


def output(function: Function) -> Function:
    """``--format table|csv|json``, and ``--json`` as a shorthand; the function gets ``form``."""
    function = click.option(
        "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True,
        help="A table for people, CSV or JSON for programs.",
    )(function)  # fmt: skip
    return click.option("--json", "form", flag_value="json", help="The same as --format json.")(function)
