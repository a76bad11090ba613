"""Numbers as people read them: by language, country, currency and unit.

Cards get three significant digits (`short`), tables the exact value (`exact`), differences carry
their sign (`difference`). No value is a dash, never 0. Everything here turns a number into text; no
number is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_decimal, get_currency_symbol

DASH = "–"
MINUS = "−"
NBSP = "\u00a0"
#: No line break, and narrower than a space: between a number and its percent sign.
THIN = "\u202f"

#: Where a language's large numbers are cut, and how the cut is named.
_SCALES = {
    "de": ((Decimal(10) ** 9, "Mrd."), (Decimal(10) ** 6, "Mio."), (Decimal(10) ** 3, "Tsd.")),
    "en": ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k")),
}
_SUFFIX = {
    "de": {"days": "Tage", "hours": "Std."},
    "en": {"days": "days", "hours": "h"},
}
#: Decimal places in tables.
_EXACT_PLACES = {"count": 0, "currency": 2, "percent": 2, "days": 1, "hours": 1, "score": 1, "ratio": 2}

Number = Decimal | float | int


def reading_locale(language: str, country: str) -> str:
    """The locale whose number style a reader of ``language`` in ``country`` expects.

    German follows the country. English pages use the English style, except in Switzerland, where
    both languages write 1’234.5.
    """
    wanted = f"{language}_{country.upper()}" if language == "de" or country.upper() == "CH" else "en_GB"
    try:
        Locale.parse(wanted)
    except (UnknownLocaleError, ValueError):
        return "de_DE" if language == "de" else "en_GB"
    return wanted


def decimal(value: Number) -> Decimal:
    """``value`` as a decimal, without the binary tail of a float."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def places_for(magnitude: Decimal, digits: int = 3) -> int:
    """Decimal places that leave ``digits`` significant digits: 3 for 0.123, 1 for 12.3, 0 for 1234."""
    if magnitude == 0:
        return 0
    return max(0, digits - 1 - magnitude.adjusted())


@dataclass(frozen=True)
class Figures:
    """Number style of one reader: ``language`` is de or en, ``currency`` an ISO code."""

    language: str
    country: str = "DE"
    currency: str = "EUR"

    @cached_property
    def locale(self) -> str:
        """The Babel locale behind the style."""
        return reading_locale(self.language, self.country)

    @cached_property
    def symbol(self) -> str:
        """The currency's sign, such as €."""
        return get_currency_symbol(self.currency, locale=self.locale)

    @cached_property
    def _sign_first(self) -> bool:
        pattern = Locale.parse(self.locale).currency_formats["standard"].pattern
        return bool(pattern.startswith("¤"))

    def plain(self, value: Number | None, places: int = 0) -> str:
        """A bare number with exactly ``places`` decimal places."""
        if value is None:
            return DASH
        rounded = decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        pattern = "#,##0" + ("." + "0" * places if places else "")
        text = format_decimal(abs(rounded), format=pattern, locale=self.locale)
        return f"{MINUS}{text}" if rounded < 0 else text

    def short(self, value: Number | None, unit: str) -> str:
        """The value with its unit and three significant digits, for cards and charts."""
        return DASH if value is None else self._with_unit(self.short_bare(value, unit), unit)

    def short_bare(self, value: Number | None, unit: str) -> str:
        """Like `short`, without the unit: for the labels of a chart whose title names it."""
        if value is None:
            return DASH
        number = decimal(value)
        if unit == "percent":
            number *= 100
            return self.plain(number, 1 if abs(number) < 1000 else 0)
        if unit in ("days", "hours", "score"):
            return self.plain(number, 1 if abs(number) < 100 else 0)
        whole = unit == "count" and number == number.to_integral_value()
        if abs(number) < 1000:
            return self.plain(number, 0 if whole else min(2, places_for(number)))
        return self._cut(number)

    def exact(self, value: Number | None, unit: str) -> str:
        """The value with its unit and all its digits, for tables."""
        return DASH if value is None else self._with_unit(self.exact_bare(value, unit), unit)

    def amount(self, value: Number | None, unit: str) -> str:
        """Like `exact`, with cents only where there are some: for what people have set themselves."""
        whole = value is not None and decimal(value) == decimal(value).to_integral_value()
        if unit == "currency" and whole:
            return self._with_unit(self.plain(value), unit)
        return self.exact(value, unit)

    def exact_bare(self, value: Number | None, unit: str) -> str:
        """Like `exact`, without the unit: for columns whose head names it."""
        if value is None:
            return DASH
        number = decimal(value) * (100 if unit == "percent" else 1)
        places = _EXACT_PLACES[unit]
        if unit == "count" and number != number.to_integral_value():
            places = 2  # shared deals count by their shares
        return self.plain(number, places)

    def part(self, value: Number | None, unit: str) -> str:
        """A numerator or denominator: whole numbers whole, others with two places."""
        if value is None:
            return DASH
        number = decimal(value)
        whole = number == number.to_integral_value() and unit != "currency"
        return self.plain(number, 0 if whole else 2)

    def difference(self, value: Number | None, unit: str, *, exact: bool = False) -> str:
        """A signed difference in the KPI's own unit; percent values differ by points."""
        if value is None:
            return DASH
        size = abs(decimal(value))
        if unit == "percent":
            text = self.plain(size * 100, 2 if exact else 1)
            return self._signed(decimal(value), text) + NBSP + self.points
        return self._signed(decimal(value), self.exact(size, unit) if exact else self.short(size, unit))

    def chance(self, value: float) -> str:
        """A chance in whole percent: 27 %."""
        return self.plain(round(value * 100)) + self._percent

    def change(self, value: Number | None) -> str:
        """A signed relative change, given as a fraction: +12,4 %."""
        if value is None:
            return DASH
        share = decimal(value) * 100
        return self._signed(share, self.plain(abs(share), 1 if abs(share) < 100 else 0)) + self._percent

    @property
    def points(self) -> str:
        """The unit of a difference between two percent values."""
        return "PP" if self.language == "de" else "pp"

    def unit_name(self, unit: str) -> str:
        """The unit as a chart's subtitle names it: €, %, Tage."""
        if unit == "currency":
            return self.symbol
        if unit == "percent":
            return "%"
        return _SUFFIX[self.language].get(unit, "")

    @property
    def _percent(self) -> str:
        return f"{NBSP}%" if self.language == "de" else "%"

    def _with_unit(self, text: str, unit: str) -> str:
        if unit == "percent":
            return text + self._percent
        if unit == "currency":
            return self._with_currency(text)
        suffix = _SUFFIX[self.language].get(unit)
        return f"{text}{NBSP}{suffix}" if suffix else text

    def _with_currency(self, text: str) -> str:
        sign = MINUS if text.startswith(MINUS) else ""
        digits = text.removeprefix(MINUS)
        if not self._sign_first:
            return f"{sign}{digits}{NBSP}{self.symbol}"
        gap = NBSP if self.symbol.isalpha() or self.language == "de" else ""
        return f"{sign}{self.symbol}{gap}{digits}"

    def _cut(self, number: Decimal) -> str:
        """1234567 as 1,23 Mio. or 1.23m."""
        rounded = self._three_digits(number)  # first, so that 999 960 is 1.00 m and not 1,000 k
        for scale, name in _SCALES[self.language]:
            if abs(rounded) >= scale:
                gap = NBSP if self.language == "de" else ""
                return f"{self.plain(rounded / scale, min(2, places_for(rounded / scale)))}{gap}{name}"
        return self.plain(rounded)

    @staticmethod
    def _three_digits(number: Decimal) -> Decimal:
        step = Decimal(1).scaleb(number.adjusted() - 2)
        return number.quantize(step, rounding=ROUND_HALF_UP)

    @staticmethod
    def _signed(number: Decimal, text: str) -> str:
        if number == 0 or not any(digit in text for digit in "123456789"):
            return f"±{text}"
        return f"+{text}" if number > 0 else f"{MINUS}{text}"


@dataclass(frozen=True, slots=True)
class Scaled:
    """One common scale for all labels of a chart, named once in its title: Mio. €, Tsd., %."""

    figures: Figures
    unit: str
    divisor: Decimal
    name: str
    places: int

    def text(self, value: Number | None) -> str:
        """A label without its unit; empty where there is no value."""
        return "" if value is None else self.figures.plain(decimal(value) / self.divisor, self.places)

    def signed(self, value: Number | None) -> str:
        """A label of a difference."""
        if value is None:
            return ""
        text = self.figures.plain(abs(decimal(value)) / self.divisor, self.places)
        if not any(digit in text for digit in "123456789"):
            return f"±{text}"
        return f"+{text}" if value > 0 else f"{MINUS}{text}"


def scaled(figures: Figures, unit: str, largest: Number) -> Scaled:
    """The scale that leaves the ``largest`` value of a chart three significant digits."""
    top = abs(decimal(largest))
    if unit == "percent":
        places = 1 if top < 1 else 0
        return Scaled(figures, unit, Decimal("0.01"), "%", places)
    for divisor, word in _SCALES[figures.language]:
        if top >= divisor and (divisor > 1000 or top >= 10_000):
            name = f"{word}{NBSP}{figures.symbol}" if unit == "currency" else word
            return Scaled(figures, unit, divisor, name, min(2, places_for(top / divisor)))
    places = 0 if unit == "count" and top >= 10 else min(1, places_for(top)) if top else 0
    if unit == "count" and top == top.to_integral_value():
        places = 0
    if unit == "ratio":
        places = 2 if top < 10 else 1
    return Scaled(figures, unit, Decimal(1), figures.unit_name(unit), places)
