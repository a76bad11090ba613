"""Where a calendar is for: countries and regions with their names, and the local holidays each one can add.

Germany, Austria and Switzerland are listed here with the codes of ISO 3166-2 and the names people type, so
that settings are checked and shown without loading the library. Other countries are asked from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

# code: (German name, English name, other names)
REGIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "DE": {
        "BB": ("Brandenburg", "Brandenburg"),
        "BE": ("Berlin", "Berlin"),
        "BW": ("Baden-Württemberg", "Baden-Württemberg"),
        "BY": ("Bayern", "Bavaria"),
        "HB": ("Bremen", "Bremen"),
        "HE": ("Hessen", "Hesse"),
        "HH": ("Hamburg", "Hamburg"),
        "MV": ("Mecklenburg-Vorpommern", "Mecklenburg-Western Pomerania"),
        "NI": ("Niedersachsen", "Lower Saxony"),
        "NW": ("Nordrhein-Westfalen", "North Rhine-Westphalia", "NRW"),
        "RP": ("Rheinland-Pfalz", "Rhineland-Palatinate"),
        "SH": ("Schleswig-Holstein", "Schleswig-Holstein"),
        "SL": ("Saarland", "Saarland"),
        "SN": ("Sachsen", "Saxony"),
        "ST": ("Sachsen-Anhalt", "Saxony-Anhalt"),
        "TH": ("Thüringen", "Thuringia"),
    },
    "AT": {
        "1": ("Burgenland", "Burgenland", "Bgld"),
        "2": ("Kärnten", "Carinthia", "Ktn"),
        "3": ("Niederösterreich", "Lower Austria", "NÖ"),
        "4": ("Oberösterreich", "Upper Austria", "OÖ"),
        "5": ("Salzburg", "Salzburg", "Sbg"),
        "6": ("Steiermark", "Styria", "Stmk"),
        "7": ("Tirol", "Tyrol"),
        "8": ("Vorarlberg", "Vorarlberg", "Vbg"),
        "9": ("Wien", "Vienna"),
    },
    "CH": {
        "AG": ("Aargau", "Aargau", "Argovie"),
        "AI": ("Appenzell Innerrhoden", "Appenzell Innerrhoden"),
        "AR": ("Appenzell Ausserrhoden", "Appenzell Ausserrhoden"),
        "BE": ("Bern", "Berne"),
        "BL": ("Basel-Landschaft", "Basel-Landschaft"),
        "BS": ("Basel-Stadt", "Basel-Stadt"),
        "FR": ("Freiburg", "Fribourg"),
        "GE": ("Genf", "Geneva", "Genève"),
        "GL": ("Glarus", "Glarus"),
        "GR": ("Graubünden", "Grisons"),
        "JU": ("Jura", "Jura"),
        "LU": ("Luzern", "Lucerne"),
        "NE": ("Neuenburg", "Neuchâtel"),
        "NW": ("Nidwalden", "Nidwalden"),
        "OW": ("Obwalden", "Obwalden"),
        "SG": ("St. Gallen", "St. Gallen", "Sankt Gallen"),
        "SH": ("Schaffhausen", "Schaffhausen"),
        "SO": ("Solothurn", "Solothurn"),
        "SZ": ("Schwyz", "Schwyz"),
        "TG": ("Thurgau", "Thurgau"),
        "TI": ("Tessin", "Ticino"),
        "UR": ("Uri", "Uri"),
        "VD": ("Waadt", "Vaud"),
        "VS": ("Wallis", "Valais"),
        "ZG": ("Zug", "Zug"),
        "ZH": ("Zürich", "Zurich"),
    },
}

# Extra: what it adds, and where. Which municipality has which is the user's to say: it follows from the
# census (Bavaria), decrees (Saxony, Thuringia), or the municipality and employer (Austria, Switzerland).
EXTRAS: dict[str, dict[str, tuple[str, ...]]] = {
    "DE": {
        "catholic": ("BY", "SN", "TH"),  # Mariä Himmelfahrt in Bavaria, Fronleichnam in Saxony and Thuringia
        "augsburg": ("BY",),  # Friedensfest on 8 August, and Mariä Himmelfahrt
    },
    "AT": {
        "bank": tuple(REGIONS["AT"]),  # Good Friday and the patron's day of the Land: by collective agreement
    },
    "CH": {
        "optional": ("FR", "GL", "GR", "NW", "OW", "SG", "SH", "SO", "VS", "ZG"),  # by municipality or custom
        "half_day": ("SO",),  # half days by cantonal law (1 May in Solothurn)
    },
}


def region_code(country: str, region: str | None) -> str | None:
    """The code of ``region`` (``BY`` for ``Bayern``, ``de-by``, ``Bavaria``), None for the whole country.

    Problems: ``periods.unknown_country``, ``periods.unknown_region``.
    """
    if country not in REGIONS:
        return _asked_from_library(country, region)
    if region is None:
        return None
    wanted = region.strip().casefold().removeprefix(f"{country.casefold()}-")
    for code, names in REGIONS[country].items():
        if wanted in {code.casefold(), *(name.casefold() for name in names)}:
            return code
    raise _unknown_region(
        country, region, [f"{code} ({names[0]})" for code, names in REGIONS[country].items()]
    )


def extras_of(country: str, region: str | None) -> tuple[str, ...]:
    """The local holidays that can be chosen there, see `EXTRAS`."""
    return tuple(extra for extra, places in EXTRAS.get(country, {}).items() if region in places)


def _asked_from_library(country: str, region: str | None) -> str | None:
    import holidays

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        raise Problem("periods.unknown_country", value=country) from None
    if region is not None and region not in known.subdivisions:
        raise _unknown_region(country, region, known.subdivisions)
    return region


def _unknown_region(country: str, region: str, choices: Iterable[str]) -> Problem:
    return Problem("periods.unknown_region", value=region, country=country, choices=", ".join(choices) or "-")
