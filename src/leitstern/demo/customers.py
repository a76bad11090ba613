"""Firms that ask, buy and leave again, with register and tax numbers that pass their checks.

The numbers are drawn from ranges that the offices have not reached (VAT ids from 9.., Swiss UID from CHE-9..,
register numbers above 900 000), so that they are valid in form and belong to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.demo.arrays import Ints, Table, Texts, keys, pick, share, texts, where
from leitstern.demo.people import person_names, plain
from leitstern.demo.words import (
    FILM_PHONES,
    LEGAL_FORMS,
    NAME_BEGINNINGS,
    NAME_ENDINGS,
    POSITIONS,
    TOWNS,
    TRADES,
)  # fmt: skip
from leitstern.demo.world import World

#: Stands for "no day" where days before index 0 are possible.
NEVER = -(10**6)


@dataclass(slots=True)
class Customers:
    """Firms as arrays.

    ``name`` numbers a combination of beginning, ending and trade; ``since`` and ``until`` are day indices of
    being a customer (``NEVER``: not one, not left).
    """

    key: Texts
    created: Ints
    region: Texts
    country: Texts
    town: Ints
    name: Ints
    since: Ints
    until: Ints
    owner: Ints


def build(world: World, old: int, created: Ints) -> Customers:
    """``old`` firms that were customers before the first day, then one for each day in ``created``."""
    rng = world.stream("customers")
    count = old + len(created)
    order = world.stream("company names").permutation(len(NAME_BEGINNINGS) * len(NAME_ENDINGS) * len(TRADES))
    town = rng.choice(len(TOWNS), count, p=_weights([t[4] for t in TOWNS]))
    since = np.full(count, NEVER, dtype=np.int64)
    since[:old] = -rng.integers(30, 4200, old)
    return Customers(
        key=keys("K-", count, width=5),
        created=np.concatenate([since[:old] - rng.integers(10, 120, old), created]),
        region=texts([t[2] for t in TOWNS])[town],
        country=texts([t[3] for t in TOWNS])[town],
        town=town,
        name=order[np.arange(count) % len(order)],
        since=since,
        until=np.full(count, NEVER, dtype=np.int64),
        owner=np.full(count, -1, dtype=np.int64),
    )


def give_owners(world: World, firms: Customers) -> None:
    """Each firm's account manager today: somebody of the team in charge of its region."""
    today = np.full(len(firms.key), world.clock.end, dtype=np.int64)
    firms.owner = world.seller(world.stream("account owners"), firms.region, today)[1]


def company_table(world: World, firms: Customers, people: Texts) -> Table:
    """Firms as a fact."""
    rng = world.stream("company table")
    count = len(firms.key)
    origin = np.datetime64(world.clock.first, "D")
    vat, uid = _tax_numbers(rng, firms.country)
    wid = texts([v + "-00001" if v and v.startswith("DE") else None for v in vat])
    wid[~share(rng, count, 0.3)] = None
    german = firms.country == "DE"
    vat[~share(rng, count, np.where(firms.since > NEVER, 0.96, 0.7))] = None
    name, form = _names(rng, firms)
    town = texts([t[0] for t in TOWNS])[firms.town]
    registered = german & (form != "e.K.") & share(rng, count, 0.8)
    letters = np.where((form == "KG") | (form == "GmbH & Co. KG"), "HRA ", "HRB ").astype(object)
    number = letters + texts([str(n) for n in rng.integers(900_000, 1_000_000, count)])
    return {
        "key": firms.key,
        "name": name,
        "vat_id": vat,
        "wid_no": wid,
        "register_court": where(registered, "Amtsgericht " + town),
        "register_no": where(registered, number),
        "uid_no": uid,
        "postcode": _postcodes(rng, firms.town),
        "city": town,
        "country": firms.country,
        "region": firms.region,
        "industry": texts([t[1] for t in TRADES])[firms.name // (len(NAME_BEGINNINGS) * len(NAME_ENDINGS))],
        "segment": texts(["A", "B", "C"])[rng.choice(3, count, p=(0.15, 0.35, 0.5))],
        "employees": np.maximum(3, rng.lognormal(4.2, 1.1, count)).astype(np.int64),
        "owner": pick(people, firms.owner),
        "customer_since": _days(origin, firms.since),
        "customer_until": _days(origin, firms.until),
        "created_at": (origin + firms.created.astype("timedelta64[D]")).astype("datetime64[m]")
        + rng.integers(480, 1080, count).astype("timedelta64[m]"),
    }


def contact_table(world: World, firms: Customers, company: Table, people: Texts) -> tuple[Table, Texts]:
    """Contacts as a fact, and each firm's first contact."""
    rng = world.stream("contacts")
    number = rng.choice((1, 2, 3), len(firms.key), p=(0.62, 0.27, 0.11))
    firm = np.repeat(np.arange(len(firms.key)), number)
    first, last = person_names(world.seed, "contact names", len(firm))
    domain = _domains(company["name"])
    phone = np.full(len(firm), None, dtype=object)
    reachable = (firms.country[firm] == "DE") & share(rng, len(firm), 0.8)
    area = rng.integers(0, len(FILM_PHONES), len(firm))
    tail = rng.integers(0, 1000, len(firm))
    phone[reachable] = texts(
        [f"{FILM_PHONES[a][0]} {FILM_PHONES[a][1]}{t:03d}" for a, t in zip(area, tail, strict=True)]
    )[reachable]
    key = keys("AP-", len(firm), width=5)
    table: Table = {
        "key": key,
        "name": first + " " + last,
        "email": texts(
            [f"{plain(a)}.{plain(b)}@{domain[f]}" for a, b, f in zip(first, last, firm, strict=True)]
        ),
        "phone": phone,
        "position": texts(list(POSITIONS))[rng.integers(0, len(POSITIONS), len(firm))],
        "company": firms.key[firm],
        "owner": pick(people, firms.owner[firm]),
        "created_at": company["created_at"][firm] + rng.integers(0, 40, len(firm)).astype("timedelta64[m]"),
    }
    return table, key[np.cumsum(number) - number]


def _weights(values: list[float]) -> list[float]:
    total = sum(values)
    return [value / total for value in values]


def _days(origin: np.datetime64, index: Ints) -> Ints:
    """Indices as days, NaT for ``NEVER``."""
    return np.where(index > NEVER, origin + index.astype("timedelta64[D]"), np.datetime64("NaT", "D"))


def _names(rng: np.random.Generator, firms: Customers) -> tuple[Texts, Texts]:
    """Names and legal forms; a name gets its town once all combinations have been used."""
    count = len(firms.key)
    stems = len(NAME_BEGINNINGS) * len(NAME_ENDINGS)
    stem = texts(list(NAME_BEGINNINGS))[firms.name % len(NAME_BEGINNINGS)]
    stem = stem + texts(list(NAME_ENDINGS))[firms.name % stems // len(NAME_BEGINNINGS)]
    form = np.full(count, "", dtype=object)
    for country, forms in LEGAL_FORMS.items():
        mine = firms.country == country
        choice = rng.choice(len(forms), int(mine.sum()), p=_weights([f[1] for f in forms]))
        form[mine] = texts([f[0] for f in forms])[choice]
    name = stem + " " + texts([t[0] for t in TRADES])[firms.name // stems] + " " + form
    again = np.arange(count) >= stems * len(TRADES)
    name[again] = name[again] + texts([f" {t[0]}" for t in TOWNS])[firms.town[again]]
    return name, form


def _postcodes(rng: np.random.Generator, town: Ints) -> Texts:
    """The town's first postcode plus a few."""
    more = rng.integers(0, 9, len(town))
    first = [TOWNS[t][1] for t in town]
    return texts([f"{int(f) + int(m):0{len(f)}d}" for f, m in zip(first, more, strict=True)])


def _domains(names: Texts) -> Texts:
    return texts([plain("-".join(name.split()[:2])) + ".example" for name in names])


def _tax_numbers(rng: np.random.Generator, country: Texts) -> tuple[Texts, Texts]:
    """VAT ids (DE, AT) and Swiss UIDs with right check digits, all different."""
    from stdnum.at import uid as austrian
    from stdnum.ch import uid as swiss
    from stdnum.iso7064 import mod_11_10

    vat, uid = np.full(len(country), None, dtype=object), np.full(len(country), None, dtype=object)
    step = 7919  # a prime: all serial numbers of a range are reached once before one repeats
    begin = int(rng.integers(0, 9_000_000))
    for index, land in enumerate(country):
        serial = (begin + index * step) % 9_999_991
        if land == "DE":
            body = f"9{serial:07d}"
            vat[index] = f"DE{body}{mod_11_10.calc_check_digit(body)}"
        elif land == "AT":
            body = f"U9{serial % 1_000_003:06d}"
            vat[index] = f"AT{body}{austrian.calc_check_digit(body)}"
        else:
            body = next(b for b in _bodies(serial) if swiss.calc_check_digit(b) != "10")
            number = body + swiss.calc_check_digit(body)
            uid[index] = f"CHE-{number[:3]}.{number[3:6]}.{number[6:]}"
    return vat, uid


def _bodies(serial: int) -> list[str]:
    """Candidates for eight digits of a UID: not every body has a check digit of one digit."""
    return [f"9{(serial + extra * 4_999_999) % 10_000_000:07d}" for extra in range(5)]
