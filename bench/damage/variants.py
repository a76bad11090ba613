"""Damaged variants of exports: what happens to files between a CRM and an import, and what nobody expects.

``damaged`` takes the bytes of a folder of exports and a seed and gives back files that differ from them,
with the names of what was done. The exports are CSV in cp1252 with semicolons, as the demo writes them.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable

Rows = list[list[str]]
Random = random.Random

HOSTILE = (
    "99999999999999999999", "-99999999999999,9999", "1e308", "1,797E+308", "NaN", "inf", "-inf", "-1", "0",
    "250", "250 %", "-5", "1.000.000.000.000,5", "31.12.9999", "01.01.0001", "30.02.2025", "29.02.2023",
    "2026-13-45", "00.00.0000", "31.12.9998 23:59", "01.01.1899", "99999", "-", "#N/A", "#DIV/0!", "=1+1",
    "'; DROP TABLE deal; --", "<script>alert(1)</script>", "%s%n{0}", "../../etc/passwd", "Zoë\u00a0", "€",
    "ja", "x" * 5_000, "a\nb", 'a"b', "a;b", "\t", "|", "||", "#", "true", "[]", "{}", "12:61", "+49 89 1",
)  # fmt: skip


def rows_of(data: bytes) -> Rows:
    """The rows of an export, its header first."""
    return list(csv.reader(io.StringIO(data.decode("cp1252")), delimiter=";"))


def bytes_of(rows: Rows, delimiter: str = ";", encoding: str = "cp1252") -> bytes:
    """Rows as a file; what the encoding does not know becomes a question mark."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding, "replace")


# --- damage to bytes ---


def truncated(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(1, len(data))]


def emptied(data: bytes, rng: Random) -> bytes:
    return rng.choice([b"", b"\n", b"\xef\xbb\xbf", data[: data.find(b"\n") + 1], b";" * 40, b"\x00" * 100])


def wrong_bytes(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        changed[rng.randrange(len(changed))] = rng.choice([0, 0x81, 0xFF, 0xC3, 0x22, 0x0D, 0x3B, 0x1A])
    return bytes(changed)


def recoded(data: bytes, rng: Random) -> bytes:
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp437", "mac_roman"])
    return data.decode("cp1252").encode(encoding, "replace")


def twice_encoded(data: bytes, _: Random) -> bytes:
    return data.decode("cp1252").encode().decode("latin-1").encode()


def another_kind(data: bytes, rng: Random) -> bytes:
    return rng.choice(
        [b"PK\x03\x04" + data[:500], b"<html><body>Log in</body></html>", b'{"error": 1}', b"%PDF-1"]
    )


# --- damage to rows ---


def _cells(rows: Rows, rng: Random, count: int, value: Callable[[str], str]) -> Rows:
    for _ in range(count):
        row = rng.randrange(1, len(rows))
        column = rng.randrange(len(rows[row]))
        rows[row][column] = value(rows[row][column])
    return rows


def hostile_cells(rows: Rows, rng: Random) -> Rows:
    return _cells(rows, rng, rng.randrange(1, 60), lambda _: rng.choice(HOSTILE))


def hostile_column(rows: Rows, rng: Random) -> Rows:
    column, value = rng.randrange(len(rows[0])), rng.choice(HOSTILE)
    for row in rows[1:]:
        row[column] = value if rng.random() < 0.9 else rng.choice(HOSTILE)
    return rows


def emptied_column(rows: Rows, rng: Random) -> Rows:
    column = rng.randrange(len(rows[0]))
    return [rows[0], *([*row[:column], "", *row[column + 1 :]] for row in rows[1:])]


def swapped_columns(rows: Rows, rng: Random) -> Rows:
    order = list(range(len(rows[0])))
    rng.shuffle(order)
    return [rows[0], *([row[i] for i in order] for row in rows[1:])]


def swapped_header(rows: Rows, rng: Random) -> Rows:
    header = list(rows[0])
    rng.shuffle(header)
    return [header, *rows[1:]]


def no_header(rows: Rows, _: Random) -> Rows:
    return rows[1:]


def doubled_header(rows: Rows, rng: Random) -> Rows:
    header = list(rows[0])
    header[rng.randrange(len(header))] = rng.choice([header[0], "", " ", header[0].upper(), "_line"])
    return rng.choice([[header, *rows[1:]], [rows[0], rows[0], *rows[1:]]])


def fewer_columns(rows: Rows, rng: Random) -> Rows:
    column = rng.randrange(len(rows[0]))
    return [[*row[:column], *row[column + 1 :]] for row in rows]


def ragged(rows: Rows, rng: Random) -> Rows:
    return [
        row[: rng.randrange(len(row) + 1)]
        if rng.random() < 0.1
        else [*row, "x"][: len(row) + (rng.random() < 0.05)]
        for row in rows
    ]


def mixed_dates(rows: Rows, rng: Random) -> Rows:
    forms = ("03/04/2025", "2025-04-03", "4.3.25", "03.04.2025 25:00", "45750", "20250403", "3. April 2025")
    return _cells(rows, rng, len(rows) * 2, lambda old: rng.choice(forms) if old.count(".") == 2 else old)


def other_numbers(rows: Rows, rng: Random) -> Rows:
    def changed(old: str) -> str:
        return (
            rng.choice(
                [old.replace(",", "."), f"{old} €", f"$ {old}", f"({old})", f"{old}-", f"{old}%", f"-{old}"]
            )
            if old.replace(",", "").isdigit()
            else old
        )

    return _cells(rows, rng, len(rows) * 3, changed)


def doubled_keys(rows: Rows, rng: Random) -> Rows:
    body = rows[1:]
    for row in body:
        if rng.random() < 0.3:
            row[0] = rng.choice(body)[0]
    return [rows[0], *body]


def circles(rows: Rows, rng: Random) -> Rows:
    """Every reference within the file leads in circles: managers, parents, and whatever looks like one."""
    keys = [row[0] for row in rows[1:]]
    for row in rows[1:]:
        for column in range(1, len(row)):
            if row[column] in keys or rng.random() < 0.2:
                row[column] = rng.choice([row[0], rng.choice(keys)])
    return rows


def ends_before_beginning(rows: Rows, rng: Random) -> Rows:
    """Dates of a row the other way round, and now and then the same day, or none."""
    for row in rows[1:]:
        dated = [i for i, cell in enumerate(row) if cell.count(".") == 2 and cell[:2].isdigit()]
        for i, cell in zip(dated, [row[i] for i in reversed(dated)], strict=True):
            row[i] = rng.choice([cell, row[i], ""])
    return rows


def repeated(rows: Rows, rng: Random) -> Rows:
    return [rows[0], *[list(rng.choice(rows[1:]))] * rng.choice([1, 2, 300])]


def few(rows: Rows, rng: Random) -> Rows:
    return [rows[0], *rng.sample(rows[1:], min(len(rows) - 1, rng.randrange(1, 4)))]


def one_of_all(rows: Rows, rng: Random) -> Rows:
    """Everything belongs to one: all cells of some columns are equal."""
    for column in rng.sample(range(len(rows[0])), rng.randrange(1, len(rows[0]))):
        value = rng.choice(rows[1:])[column]
        for row in rows[1:]:
            row[column] = value
    return rows


def far_days(rows: Rows, rng: Random) -> Rows:
    years = ("1900", "1901", "2199", "2198", "1969", "2100")
    return _cells(
        rows,
        rng,
        len(rows),
        lambda old: old[:6] + rng.choice(years) + old[10:] if old.count(".") == 2 and len(old) >= 10 else old,
    )


def untidy(rows: Rows, rng: Random) -> Rows:
    spaces = ("\u00a0", " ", "\t", "\n", "  ")
    rows = _cells(rows, rng, len(rows), lambda old: rng.choice(spaces) + old.swapcase() + rng.choice(spaces))
    return [
        *rows[: len(rows) // 2],
        [""] * len(rows[0]),
        ["Summe", *[""] * (len(rows[0]) - 1)],
        *rows[len(rows) // 2 :],
    ]


BYTES = (truncated, emptied, wrong_bytes, recoded, twice_encoded, another_kind)
ROWS = (
    hostile_cells, hostile_column, emptied_column, swapped_columns, swapped_header, no_header, doubled_header,
    fewer_columns, ragged, mixed_dates, other_numbers, doubled_keys, circles, ends_before_beginning, repeated,
    few, one_of_all, far_days, untidy,
)  # fmt: skip


def damaged(exports: dict[str, bytes], rng: Random) -> tuple[dict[str, bytes], list[str]]:
    """Some files damaged, each in one or more ways; and what was done, in words for a report."""
    files, done = {}, []
    for name in rng.sample(sorted(exports), rng.choice([1, 1, 2, 3, 6])):
        data = exports[name]
        rows = rows_of(data)
        ways = rng.sample(ROWS, rng.choice([0, 1, 1, 2, 3])) if len(rows) > 2 else []
        ways.sort(key=lambda way: way is ragged)  # the others need all cells
        for way in ways:
            if len(rows) > 2:
                rows = way(rows, rng)
        if ways:
            data = bytes_of(rows, rng.choice([";", ";", ";", ",", "\t"]))
        broken = [rng.choice(BYTES)] if (not ways or rng.random() < 0.15) and data else []
        for damage in broken:
            data = damage(data, rng)
        files[name] = data
        done.append(f"{name}: {', '.join(way.__name__ for way in (*ways, *broken))}")
    if rng.random() < 0.08:  # two exports under each other's name
        one, other = rng.sample(sorted(exports), 2)
        files[one], files[other] = exports[other], exports[one]
        done.append(f"{one} and {other} under each other's name")
    return files, done
