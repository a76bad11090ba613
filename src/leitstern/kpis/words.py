"""A KPI's formula in words, German and English, for its sheet and for people who never read a formula.

``win_rate``: Anzahl Deals mit Status gewonnen, nach Abschlussdatum, geteilt durch Anzahl Deals mit Status
gewonnen oder verloren, nach Abschlussdatum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS
from leitstern.kpis.definition import Definition, Measure, Shape
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number, parse_filter, parse_formula
from leitstern.kpis.labels import fact_label, field_label

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

    from leitstern.kpis.load import Catalogue

#: Sentences with blanks: [German, English].
_TEXTS = {
    "count": ("Anzahl {facts}{where}{on}", "number of {facts}{where}{on}"),
    "distinct_ref": (
        "Anzahl verschiedener {others} der {facts}{where}{on}",
        "number of different {others} of the {facts}{where}{on}",
    ),
    "distinct": (
        "Anzahl verschiedener Einträge im Feld {field} der {facts}{where}{on}",
        "number of different entries in the field {field} of the {facts}{where}{on}",
    ),
    "sum": ("Summe von „{field}“ der {facts}{where}{on}", "sum of the {field} of the {facts}{where}{on}"),
    "average": (
        "Durchschnitt von „{field}“ der {facts}{where}{on}",
        "average {field} of the {facts}{where}{on}",
    ),
    "median": ("Median von „{field}“ der {facts}{where}{on}", "median {field} of the {facts}{where}{on}"),
    "percentile": (
        "{p}-%-Wert von „{field}“ der {facts}{where}{on}",
        "{p}th percentile of {field} of the {facts}{where}{on}",
    ),
    "min": (
        "kleinster Wert von „{field}“ der {facts}{where}{on}",
        "smallest {field} of the {facts}{where}{on}",
    ),
    "max": ("größter Wert von „{field}“ der {facts}{where}{on}", "largest {field} of the {facts}{where}{on}"),
    "duration": (
        "{unit} von „{begin}“ bis „{end}“ der {facts}{where} ({how}){on}",
        "{unit} from “{begin}” to “{end}” of the {facts}{where} ({how}){on}",
    ),
    "stock_count": (
        "Anzahl {facts}{where} {at} (ab {begin}, bis {end})",
        "number of {facts}{where} {at} (from {begin} until {end})",
    ),
    "stock_sum": (
        "Summe von „{field}“ der {facts}{where} {at} (ab {begin}, bis {end})",
        "sum of the {field} of the {facts}{where} {at} (from {begin} until {end})",
    ),
    "at_end": ("am Ende des Zeitraums", "at the end of the period"),
    "at_start": ("am Anfang des Zeitraums", "at the start of the period"),
    "at_both": (
        "am Anfang und auch noch am Ende des Zeitraums",
        "at the start and still at the end of the period",
    ),
    "conversion": (
        "Anteil der {facts}{where} mit {begin} im Zeitraum, die danach{within} das Ziel „{end}“ erreichten",
        "share of the {facts}{where} with {begin} in the period that reached “{end}”{within} afterwards",
    ),
    "nps": (
        "Anteil 9 und 10 minus Anteil 0 bis 6 im Feld {field} der {facts}{where}, mal 100{on}",
        "share of 9 and 10 less share of 0 to 6 in the field {field} of the {facts}{where}, times 100{on}",
    ),
    "csat": (
        "Anteil der zwei besten Noten im Feld {field} der {facts}{where}{on}",
        "share of the two best marks in the field {field} of the {facts}{where}{on}",
    ),
    "manual": (
        "von Hand eingetragener Wert {name} ({how})",
        "value {name} entered by hand ({how})",
    ),
    "on": (", nach {date}", ", by {date}"),
    "within_day": (" innerhalb eines Tages", " within a day"),
    "within": (" innerhalb von {days} Tagen", " within {days} days"),
    "days": ("Tage", "days"),
    "hours": ("Stunden", "hours"),
    "how_average": ("Durchschnitt", "average"),
    "how_median": ("Median", "median"),
    "how_sum": ("Summe", "sum"),
    "how_last": ("letzter Wert", "last value"),
    "+": ("plus", "plus"),
    "-": ("minus", "minus"),
    "*": ("mal", "times"),
    "/": ("geteilt durch", "divided by"),
    "kpi": ("„{name}“", "“{name}”"),
    "rolling_day": ("{formula}; über die letzten {n} Tage", "{formula}; over the last {n} days"),
    "rolling_week": ("{formula}; über die letzten {n} Wochen", "{formula}; over the last {n} weeks"),
    "rolling_month": ("{formula}; über die letzten {n} Monate", "{formula}; over the last {n} months"),
    "cumulative": (
        "{formula}; vom ersten Datensatz bis zum Ende des Zeitraums",
        "{formula}; from the first record to the end of the period",
    ),
    "to_date_month": ("{formula}; seit Monatsbeginn", "{formula}; since the month began"),
    "to_date_quarter": ("{formula}; seit Quartalsbeginn", "{formula}; since the quarter began"),
    "to_date_year": (
        "{formula}; seit Beginn des Geschäftsjahres",
        "{formula}; since the fiscal year began",
    ),
    "growth_previous_period": (
        "Veränderung gegenüber dem vorigen Zeitraum von: {formula}",
        "change against the previous period of: {formula}",
    ),
    "growth_previous_year": (
        "Veränderung gegenüber demselben Zeitraum des Vorjahres von: {formula}",
        "change against the same period of the previous year of: {formula}",
    ),
    "growth_year_to_date": (
        "Veränderung seit Beginn des Geschäftsjahres gegenüber demselben Stück des Vorjahres von: {formula}",
        "change since the fiscal year began against the same stretch of the previous year of: {formula}",
    ),
    "and": (" und ", " and "),
    "or": (" oder ", " or "),
    "not": ("nicht ({inner})", "not ({inner})"),
    "with": ("mit {field}", "with {field}"),
    "without": ("ohne {field}", "without {field}"),
    "flag": ("mit dem Merkmal „{field}“", "marked “{field}”"),
    "no_flag": ("ohne das Merkmal „{field}“", "not marked “{field}”"),
    "eq": ("mit {left} {right}", "with {left} {right}"),
    "neq": ("mit {left} außer {right}", "with {left} other than {right}"),
    "gt": ("mit {left} über {right}", "with {left} above {right}"),
    "gte": ("mit {left} ab {right}", "with {left} from {right}"),
    "lt": ("mit {left} unter {right}", "with {left} below {right}"),
    "lte": ("mit {left} bis {right}", "with {left} up to {right}"),
    "between": ("mit {left} von {low} bis {high}", "with {left} from {low} to {high}"),
    "like": ("mit {left} nach dem Muster {right}", "with {left} like {right}"),
    "behind": ("{field} ({ref})", "{field} ({ref})"),
}


def in_words(definition: Definition, catalogue: Catalogue, language: str) -> str:
    """How a KPI is computed, as a sentence without its full stop; other KPIs appear by name."""
    return _Speaker(definition, catalogue, language).sentence()


def measure_in_words(measure: Measure, language: str) -> str:
    """What a measure counts or sums, as part of a sentence."""
    values: dict[str, object] = {"where": "", "on": "", "within": ""}
    if measure.manual is not None:
        return text("manual", language, name=measure.manual, how=text(f"how_{measure.roll}", language))
    fact, kind = measure.fact, measure.kind
    values["facts"] = fact_label(fact, language, plural=True)
    if measure.field:
        values["field"] = field_label(fact, measure.field, language)
    if measure.where:
        values["where"] = " " + filter_in_words(measure.where, fact, language)
    if measure.on:
        values["on"] = text("on", language, date=field_label(fact, measure.on, language))
    if measure.p is not None:
        values["p"] = number(str(round(measure.p * 100, 4)).removesuffix(".0"), language)
    if measure.within is not None:
        code = "within_day" if measure.within == 1 else "within"
        values["within"] = text(code, language, days=measure.within)
    if measure.unit and measure.how:
        values |= {"unit": text(measure.unit, language), "how": text(f"how_{measure.how}", language)}
    dates = _begin_and_end(measure)
    values |= {name: field_label(fact, date, language) for name, date in dates.items()}
    if kind == "stock":
        kind = "stock_sum" if measure.field else "stock_count"
        values["at"] = text(f"at_{measure.at or 'end'}", language)
    if kind == "distinct" and (other := FACTS[fact].by_name[str(measure.field)].to):
        kind, values["others"] = "distinct_ref", fact_label(other, language, plural=True)
    return text(kind, language, **values)


def filter_in_words(text: str, fact: str, language: str) -> str:
    """A filter as part of a sentence: ``mit Status gewonnen und ohne Kampagne``."""
    from leitstern.kpis.filter_words import say

    tree: Expression = parse_filter(text, fact)
    return say(tree, fact, language)


def _begin_and_end(measure: Measure) -> dict[str, str]:
    if measure.between:
        return {"begin": measure.between[0], "end": measure.between[1]}
    if measure.to:
        return {"begin": measure.on or str(FACTS[measure.fact].main_date), "end": measure.to}
    return {}


class _Speaker:
    def __init__(self, definition: Definition, catalogue: Catalogue, language: str) -> None:
        self.definition = definition
        self.catalogue = catalogue
        self.language = language

    def sentence(self) -> str:
        spoken = self._formula(parse_formula(self.definition.formula), inside=False)
        shape = self.definition.shape
        if shape is not None:
            spoken = text(_shape_code(shape), self.language, formula=spoken, n=shape.rolling)
        start = next(place for place, sign in enumerate(spoken) if sign.isalnum() or sign in "„“")
        return spoken[:start] + spoken[start].upper() + spoken[start + 1 :]

    def _formula(self, formula: Formula, *, inside: bool = True) -> str:
        match formula:
            case Name(name):
                return self._name(name)
            case Number(value):
                return number(format(value, "f"), self.language)
            case Negative(operand):
                return f"{text('-', self.language)} {self._formula(operand)}"
            case Binary(op, left, right):
                operator = text(op, self.language)
                flat = not isinstance(left, Binary) or left.op == "*" or {op, left.op} <= {"+", "-"}
                first = self._formula(left, inside=not flat)
                comma = "," if "," in first and not first.endswith(")") else ""
                spoken = f"{first}{comma} {operator} {self._formula(right)}"
                return f"({spoken})" if inside else spoken
        raise TypeError(formula)

    def _name(self, name: str) -> str:
        measure = self.definition.measures.get(name)
        if measure is not None:
            return measure_in_words(measure, self.language)
        other = self.catalogue.at(name, self.definition.valid_from)
        return text("kpi", self.language, name=getattr(other.name, self.language))


def _shape_code(shape: Shape) -> str:
    if shape.rolling:
        return f"rolling_{shape.unit}"
    if shape.to_date:
        return f"to_date_{shape.to_date}"
    return f"growth_{shape.growth}" if shape.growth else "cumulative"


def text(code: str, language: str, **values: object) -> str:
    """A sentence of the table above with its blanks filled."""
    return _TEXTS[code][0 if language == "de" else 1].format(**values)


def number(text: str, language: str) -> str:
    """A written number with the marks of the language: 1.234,5 or 1,234.5."""
    whole, _, rest = text.partition(".")
    marks = (".", ",") if language == "de" else (",", ".")
    grouped = f"{int(whole):,}".replace(",", marks[0])
    return grouped + (marks[1] + rest if rest else "")
