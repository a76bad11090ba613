"""Typed values of workbooks, Parquet and JSON as text, so that every landed column is text.

A number is written with a decimal point and no thousands mark. One with exactly three decimals gets a
fourth (``1.234`` becomes ``1.2340``), so that nobody can take its point for a thousands mark: in a
typed file there is no doubt, and the text must not create one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

_LOOKS_GROUPED = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


def number(text: str) -> str:
    """A number as written by Python or JSON (``1.5e+20`` too), in plain digits."""
    if "e" in text or "E" in text:
        power = Decimal(text)
        # 1E+999999999 would be a gigabyte of zeros
        text = format(power, "f") if abs(power.adjusted()) < 400 else text
    return text + "0" if _LOOKS_GROUPED.fullmatch(text) else text


def cell(value: object) -> str:
    """A cell of a workbook. Fifteen digits of a number count, as in Excel; midnight is left out."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        text = str(int(value)) if whole else number(f"{value:.15g}")
    elif isinstance(value, datetime):
        text = value.isoformat(" ").removesuffix(" 00:00:00")
    elif isinstance(value, date | time):
        text = value.isoformat()
    elif isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    else:
        text = str(value)
    return text
