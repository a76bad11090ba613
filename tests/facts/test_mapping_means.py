"""What a mapping can say about rows and fields, each shown on a small file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.facts.conftest import all_rows

from leitstern.errors import Problem
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]

LINES = """
name = "lines"
[[table]]
file = "lines.csv"
fact = "invoice"
[table.fields]
number = "no"
kind = {column = "no", values = {"C*" = "credit_note"}, default = "invoice"}
amount = {product = ["quantity", "price"], read = ["plain", "de"]}
at = {column = "day", read = "YYYY-MM-DD"}
"""


def test_an_amount_can_be_a_product_and_a_kind_the_beginning_of_a_number(bring: Bring, store: Store) -> None:
    text = (
        "no;quantity;price;day\n1;3;0,335;2025-01-01\nC2;-2;1,10;2025-01-02\n3;;5;2025-01-03\n"
        "4;999999999999;999999999999;2025-01-03\n"
    )
    (table,) = bring({"lines.csv": text}, LINES).tables
    assert table.set_aside == {"number_too_big": 1, "required_empty": 1}
    found = sorted(all_rows(store, "invoice", "number", "kind", "amount"))
    assert found == [("1", "invoice", Decimal("1.0050")), ("C2", "credit_note", Decimal("-2.2000"))]


def test_rows_without_a_key_are_known_by_their_text_and_how_often_it_occurs(
    bring: Bring, store: Store
) -> None:
    line = "1;1;2,00;2025-01-01\n"
    head = "no;quantity;price;day\n"
    assert bring({"lines.csv": head + line * 3}, LINES).tables[0].loaded == 3
    more = bring({"lines.csv": head + "2;1;2,00;2025-01-01\n" + line * 4}, LINES).tables[0]
    assert (more.loaded, more.unchanged) == (2, 3)
    reordered = bring({"lines.csv": "day;price;quantity;no\n" + "2025-01-01;2,00;1;1\n" * 4}, LINES).tables[0]
    assert (reordered.loaded, reordered.unchanged) == (0, 4)
    assert store.count("invoice") == 5


def test_the_text_of_a_key_cannot_be_confused_across_columns(bring: Bring, store: Store) -> None:
    text = 'no;quantity;price;day;a;b\n1;1;1;2025-01-01;"x|y";z\n1;1;1;2025-01-01;x;"y|z"\n'
    bring({"lines.csv": text}, LINES)
    keys = [str(key) for (key,) in all_rows(store, "invoice", "key")]
    assert [key.rpartition("-")[2] for key in keys] == ["1", "1"]


def test_repeated_rows_are_unchanged_where_the_mapping_says_so(bring: Bring, store: Store) -> None:
    mapping = """
name = "teams"
[[table]]
file = "teams.csv"
fact = "team"
key = "manager"
repeats = true
[table.fields]
name = "manager"
region = "office"
"""
    text = "agent,manager,office\na,M,East\nb,M,West\nc,M,East\nd,N,West\n"
    (table,) = bring({"teams.csv": text}, mapping).tables
    assert (table.rows_read, table.loaded, table.unchanged, table.set_aside) == (
        4,
        2,
        1,
        {"duplicate_key": 1},
    )
    assert all_rows(store, "team", "key", "region") == [("M", "East"), ("N", "West")]


def test_a_table_can_extend_records_of_another_without_touching_their_other_fields(
    bring: Bring, store: Store
) -> None:
    mapping = """
name = "leads"
[[table]]
file = "leads.csv"
fact = "lead"
key = "id"
[table.fields]
created_at = {column = "day", read = "YYYY-MM-DD"}
source = "origin"
[[table]]
file = "closed.csv"
fact = "lead"
key = "lead"
extends = true
[table.fields]
status = {value = "converted"}
"""
    files = {
        "closed.csv": "lead\n1\n9\n",
        "leads.csv": "id,day,origin\n1,2025-01-01,web\n2,2025-01-02,fair\n",
    }
    leads, closed = bring(files, mapping).tables
    assert (leads.loaded, closed.updated, closed.set_aside) == (2, 1, {"key_unknown": 1})
    assert all_rows(store, "lead", "key", "source", "status") == [
        ("1", "web", "converted"),
        ("2", "fair", None),
    ]
    # A newer export of the leads leaves alone what it does not speak of.
    files["leads.csv"] = "id,day,origin\n1,2025-01-01,mail\n"
    bring(files, mapping)
    assert all_rows(store, "lead", "key", "source", "status")[0] == ("1", "mail", "converted")


def test_where_chooses_rows_and_deleted_removes_records(bring: Bring, store: Store) -> None:
    mapping = """
name = "deals"
[[table]]
file = "deals.csv"
fact = "deal"
key = "id"
where = {column = "type", not_in = ["Test*", ""]}
deleted = {column = "gone", in = ["true"]}
[table.fields]
name = "name"
"""
    head = "id,type,gone,name\n"
    (first,) = bring({"deals.csv": head + "1,A,,x\n2,A,,y\n3,testing,,z\n4,,,z\n"}, mapping).tables
    assert (first.rows_read, first.loaded, first.left_out) == (2, 2, 2)
    (second,) = bring({"deals.csv": head + "1,A,true,\n2,A,false,y\n5,A,TRUE,\n"}, mapping).tables
    assert (second.rows_read, second.updated, second.unchanged, second.removed) == (3, 1, 2, 1)
    assert all_rows(store, "deal", "key") == [("2",)]
    assert store.changed_since(1) == {"deal": 1}


def test_names_and_compound_keys_come_from_several_columns(bring: Bring, store: Store) -> None:
    mapping = """
name = "people"
[[table]]
file = "people.csv"
fact = "membership"
key = ["first", "team"]
[table.fields]
person = {columns = ["first", "last"]}
team = "team"
[[table]]
file = "people.csv"
fact = "person"
key = ["first", "last"]
repeats = true
[table.fields]
name = {columns = ["first", "last"]}
"""
    bring({"people.csv": "first,last,team\nAda,Ott,N\nAda,Ott,S\nBo,,N\na|b,c,N\n"}, mapping)
    assert all_rows(store, "person", "key", "name") == [
        ("Ada|Ott", "Ada Ott"),
        ("Bo|", "Bo"),
        ("a||b|c", "a|b c"),
    ]
    assert all_rows(store, "membership", "key", "person")[0] == ("Ada|N", "Ada|Ott")


def test_words_are_translated_whole_or_by_beginning_and_kept_on_request(bring: Bring, store: Store) -> None:
    mapping = """
name = "deals"
[[table]]
file = "deals.csv"
fact = "deal"
key = "id"
[table.fields]
product = {column = "product", values = {GTXPro = "GTX Pro"}, others = "keep"}
status = {column = "stage", values = {"closed*" = "lost", "Closed Won" = "won", "" = "open"}}
kind = "kind"
probability = {column = "stage", values = {"Closed Won" = "1", "" = "0.5"}, default = "0"}
source = {column = "source", default = "unknown"}
"""
    text = "id,product,stage,kind,source\n1,gtxpro,closed won,New,\n2,MG,Closed Lost,existing,web\n3,,,,x\n"
    (table,) = bring({"deals.csv": text}, mapping).tables
    assert table.set_aside == {}
    assert all_rows(store, "deal", "product", "status", "kind", "probability", "source") == [
        ("GTX Pro", "won", "new", Decimal(1), "unknown"),
        ("MG", "lost", "existing", Decimal(0), "web"),
        (None, "open", None, Decimal("0.5"), "x"),
    ]


def test_signs_are_turned_where_a_column_says_so(bring: Bring, store: Store) -> None:
    mapping = LINES.replace(
        'amount = {product = ["quantity", "price"], read = ["plain", "de"]}',
        'amount = {column = "price", read = "de", negate_if = {column = "no", in = ["C*"]}}',
    )
    bring({"lines.csv": "no;price;day\n1;2,00;2025-01-01\nC1;2,00;2025-01-01\n"}, mapping)
    assert sorted(all_rows(store, "invoice", "number", "amount")) == [("1", Decimal(2)), ("C1", Decimal(-2))]


def test_a_currency_written_beside_the_amounts_is_kept(bring: Bring, store: Store) -> None:
    mapping = (
        'name = "d"\n[[table]]\nfile = "d.csv"\nfact = "deal"\nkey = "id"\n[table.fields]\namount = "value"\n'
    )
    (table,) = bring({"d.csv": "id;value\n1;5,50 CHF\n2;7,25 CHF\n3;1,00 €\n"}, mapping).tables
    assert table.set_aside == {"other_currency": 1}
    assert all_rows(store, "deal", "amount", "currency") == [
        (Decimal("5.5"), "CHF"),
        (Decimal("7.25"), "CHF"),
    ]
    bring({"d.csv": "id;value\n1;5,50 CHF\n"}, mapping + 'currency = {value = "USD"}\n')
    assert all_rows(store, "deal", "currency")[0] == ("USD",)


def test_a_constant_that_does_not_fit_its_field_is_a_problem(bring: Bring) -> None:
    mapping = 'name = "d"\n[[table]]\nfile = "d.csv"\nfact = "deal"\nkey = "id"\n[table.fields]\n'
    bring({"d.csv": "id\n1\n"}, mapping + "amount = {value = 12.5}\n")
    with pytest.raises(Problem) as caught:
        bring({"d.csv": "id\n1\n"}, mapping + 'closed_at = {value = "soon"}\n')
    assert caught.value.code == "facts.constant_unreadable"


def test_times_without_a_zone_are_those_of_the_mapping(bring: Bring, store: Store) -> None:
    mapping = (
        'name = "d"\n[[table]]\nfile = "d.csv"\nfact = "deal"\nkey = "id"\ntimezone = "America/New_York"\n'
        '[table.fields]\nclosed_at = {column = "at", read = "YYYY-MM-DD HH:MM"}\n'
    )
    bring({"d.csv": "id;at\n1;2025-07-01 20:00\n2;2025-07-01T20:00Z\n"}, mapping)
    assert [str(at) for (at,) in all_rows(store, "deal", "closed_at")] == [
        "2025-07-02 00:00:00",
        "2025-07-01 20:00:00",
    ]
