"""What a field cannot be is set aside with line, column and reason; equal words are read as equal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.facts.conftest import all_rows

from leitstern.facts.currencies import iso_code
from leitstern.facts.model import FACTS
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]

#: A fact's columns beside the one in question, as a file with a mapping says them.
REQUIRED = {
    "deal_share": {"deal": "d1", "person": "p1"},
    "exchange_rate": {"day": "2026-01-01", "currency": "CHF"},
    "activity": {"at": "2026-01-01"},
}


def table(fact: str, fields: str, key: str = "key") -> str:
    """A mapping of the file ``t.csv``."""
    head = f'file = "t.csv"\nfact = "{fact}"\nkey = "{key}"'
    return f'name = "t"\n[[table]]\n{head}\n[table.fields]\n{fields}\n'


def mapped(fact: str, field: str) -> tuple[str, str]:
    """A mapping for one fact with ``field`` and what is required, and the head of its file."""
    names = ["key", *REQUIRED.get(fact, {}), field]
    fields = "\n".join(f'{name} = "{name}"' for name in names[1:])
    mapping = (
        f'name = "t"\n[[table]]\nfile = "t.csv"\nfact = "{fact}"\nkey = "key"\n[table.fields]\n{fields}\n'
    )
    return mapping, ";".join(names)


def rows(fact: str, values: list[str]) -> str:
    before = "".join(f"{value};" for value in REQUIRED.get(fact, {}).values())
    return "".join(f"k{n};{before}{value}\n" for n, value in enumerate(values))


SHARES = [(f.name, field.name) for f in FACTS.values() for field in f.fields if field.means == "share"]


@pytest.mark.parametrize(("fact", "field"), SHARES)
@pytest.mark.parametrize(
    ("good", "low", "high"), [("0.4", "-0.1", "0.9"), ("40", "-10", "250"), ("40 %", "-10 %", "250 %")]
)
def test_a_share_is_between_nothing_and_all(
    bring: Bring, store: Store, fact: str, field: str, good: str, low: str, high: str
) -> None:
    mapping, head = mapped(fact, field)
    (done,) = bring({"t.csv": f"{head}\n{rows(fact, [good] * 9 + [low, high])}"}, mapping).tables
    above = high != "0.9" and FACTS[fact].by_name[field].most is not None
    assert done.set_aside == {"out_of_range": 2 if above else 1}
    assert [(r.line, r.column, r.value) for r in store.set_aside()] == [
        (11, field, low), *([(12, field, high)] if above else []),
    ]  # fmt: skip
    loaded = {value for (value,) in all_rows(store, fact, field)}
    assert Decimal("0.4") in loaded
    assert all(value >= 0 for value in loaded)


@pytest.mark.parametrize(
    ("fact", "field", "bad"),
    [("exchange_rate", "rate", "0"), ("exchange_rate", "rate", "-1.05"), ("activity", "minutes", "-5")],
)
def test_a_number_that_cannot_be(bring: Bring, store: Store, fact: str, field: str, bad: str) -> None:
    mapping, head = mapped(fact, field)
    (done,) = bring({"t.csv": f"{head}\n{rows(fact, ['1.25', bad])}"}, mapping).tables
    assert (done.loaded, done.set_aside) == (1, {"out_of_range": 1})
    (row,) = store.set_aside()
    assert (row.line, row.column, row.value) == (3, field, bad)


MONEY = [f.name for f in FACTS.values() if "currency" in f.by_name and not f.derived]
SAID = {
    "EUR": ["€", "Euro", "eur", "EUR ", "euros", "EUR - Euro", "Euro (€)", "e\u200bur"],
    "CHF": ["Fr.", "sFr.", "SFr", "chf", "Schweizer Franken", "CHF (Fr.)"],
    "USD": ["US$", "$", "usd", "US-Dollar", "US dollars", "USD $"],
    "GBP": ["£", "gbp", "Pfund Sterling", "British Pound"],
    "PLN": ["zł", "PLN"],
    "XYZ": ["xyz"],  # a code that nobody knows stays one, and has no rate
    "Taler": ["Taler"],
    "": ["-99"],  # the company's own currency, whichever it is
    "kr": ["kr"],  # of Sweden, Norway, Denmark?
}


@pytest.mark.parametrize(("code", "texts"), SAID.items())
def test_a_currency_is_read_as_its_code(code: str, texts: list[str]) -> None:
    assert {iso_code(text) for text in texts} == {code}


@pytest.mark.parametrize("fact", MONEY)
def test_currencies_are_codes_in_every_fact(bring: Bring, store: Store, fact: str) -> None:
    names = {
        "invoice": "amount at currency",
        "spend": "amount at currency",
        "exchange_rate": "rate day currency",
    }
    fields = names.get(fact, "currency").split()
    lines = "\n".join(f'{name} = "{name}"' for name in fields)
    mapping = table(fact, lines)
    before = "".join({"amount": "5;", "rate": "1.1;"}.get(n, "2026-03-04;") for n in fields[:-1])
    text = f"key;{';'.join(fields)}\na;{before}€\nb;{before}sFr.\nc;{before}usd\n"
    bring({"t.csv": text}, mapping)
    assert all_rows(store, fact, "currency") == [("EUR",), ("CHF",), ("USD",)]


def test_what_stands_beside_an_amount_counts_where_the_column_is_empty(bring: Bring, store: Store) -> None:
    mapping = table("deal", 'amount = "amount"\ncurrency = "currency"')
    bring({"t.csv": "key;amount;currency\na;1.250,50 US$;\nb;2,00 US$;chf\nc;3,00 US$;$\n"}, mapping)
    assert all_rows(store, "deal", "currency") == [("USD",), ("CHF",), ("USD",)]


WORDS = ["Closed Won", "closed won", "CLOSED  WON", " Closed\u00a0Won ", "Closed\u200b Won", "Ｃlosed Won"]


def test_words_are_equal_however_they_are_written(bring: Bring, store: Store) -> None:
    rows = "".join(
        f"{n};{word};10\n" for n, word in enumerate([*WORDS, "Closed Lost", "Abschluß", "ABSCHLUSS"])
    )
    values = '{"closed won" = "won", "closed lost" = "lost", "abschluss" = "won"}'
    given = table("deal", f'status = {{column = "stage", values = {values}}}', "id")
    (done,) = bring({"t.csv": f"id;stage;amount\n{rows}"}, given).tables
    assert done.loaded == 9
    assert [status for (status,) in all_rows(store, "deal", "status")] == ["won"] * 6 + ["lost", "won", "won"]


def test_a_proposal_takes_equal_words_once(
    bring: Bring, store: Store, tmp_path: pytest.TempPathFactory
) -> None:
    rows = "".join(f"O-{n};Audit;{word};10;2026-01-14\n" for n, word in enumerate(WORDS))
    text = f"opportunity_id;name;stage;amount;created_date\n{rows}"
    receipt = bring({"opportunities.csv": text}, fact="deal", proposals=tmp_path / "mappings")
    assert receipt.total("loaded") == 6
    assert {status for (status,) in all_rows(store, "deal", "status")} == {"won"}


def test_keys_and_references_meet_in_any_spelling(bring: Bring, store: Store) -> None:
    mapping = (
        'name = "t"\n[[table]]\nfile = "c.csv"\nfact = "company"\nkey = "id"\n[table.fields]\nname = "id"\n'
        '[[table]]\nfile = "d.csv"\nfact = "deal"\nkey = "id"\n[table.fields]\ncompany = "company"\n'
    )
    companies = "id\nMüller GmbH\nCafé Noir\n"
    deals = "id;company\n1;Mu\u0308ller GmbH\n2;Müller\u00a0GmbH \n3;Cafe\u0301 Noir\n"
    bring({"c.csv": companies, "d.csv": deals}, mapping)
    assert all_rows(store, "company", "key") == [("Café Noir",), ("Müller GmbH",)]
    assert all_rows(store, "deal", "company") == [("Müller GmbH",), ("Müller GmbH",), ("Café Noir",)]
    again = bring({"c.csv": "id\nMu\u0308ller GmbH\n"}, mapping)
    assert again.total("unchanged") == 1
