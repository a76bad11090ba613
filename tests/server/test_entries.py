"""Numbers typed or pasted on the pages: read, doubted, taken as an import, shown with who, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import leitstern
from leitstern.facts import typed
from leitstern.facts.typed import Row
from leitstern.server.imports import run
from leitstern.server.models import AuditEntry, Import, PrivacySetting
from leitstern.server.reader import Reader, _readers

from . import accounts

Work = Callable[[], None]

VALUES = "/data/values?grain=month&period=2026"
MOOD = "employee_satisfaction~~2026-"
SHARE = """\
kpi: market_share
name: {de: Marktanteil, en: Market share}
means: {de: Unser Anteil am Markt., en: Our share of the market.}
owner: management
unit: percent
good: up
level: strategic
timing: lagging
about: result
drives: []
paired_with: []
formula: share
measures:
  share: {manual: market_share, roll: last}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Reader:
    leitstern.init(tmp_path / "acme", name="Acme", language="de", timezone="Europe/Berlin", currency="EUR")
    (tmp_path / "acme" / "kpis" / "market_share.yaml").write_text(SHARE, encoding="utf-8")
    ask = Reader(tmp_path / "acme", leitstern.open)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), ask)
    PrivacySetting.objects.create(mode="full")
    return ask


@pytest.fixture
def analyst(place: Reader) -> Client:
    return accounts.client_of(accounts.make("analyst", email="analyst@example.org"))


@pytest.fixture
def work(place: Reader) -> Work:
    def until_done() -> None:
        place.look()
        while run.run_next(place):
            place.look()
        place.look()

    return until_done


def text(client: Client, address: str) -> str:
    return plain(client.get(address).content.decode())


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def form(client: Client, address: str, **cells: str) -> dict[str, str]:
    """What the page's form sends: every field as it stands, with some typed anew."""
    page = client.get(address).content.decode()
    return fields(page) | cells


def fields(page: str) -> dict[str, str]:
    body = re.search(r'<form method="post" class="grid-form".*?</form>', page, re.DOTALL)
    assert body is not None
    inputs = re.findall(r"<input [^>]*>", body.group())
    named = ((re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs)
    return {name[1]: value[1] for name, value in named if name and value and name[1] != "csrfmiddlewaretoken"}


def save(client: Client, address: str, **cells: str) -> str:
    """Type into cells and save; the text of the page that follows."""
    answer = client.post(address, form(client, address, **cells))
    return plain(answer.content.decode()) if answer.status_code != 302 else "saved"


def of(place: Reader, kpi: str, period: str, by: str = "company") -> dict[str | None, float | None]:
    found = place.workspace.compute([kpi], by, "month")
    return {o.subject.id: o.value for o in found if o.period == period}


def test_typed_numbers_become_an_import_and_appear_at_the_kpi(
    place: Reader, analyst: Client, work: Work
) -> None:
    """In an empty workspace; as Germans write them; with who and when, and an account like a file's."""
    cells = {f"{MOOD}09": "7,5", f"{MOOD}10": "7,8", "market_share~~2026-10": "40 %"}
    assert save(analyst, VALUES, **cells, **{"followers~~2026-10": "1.204"}) == "saved"
    assert "wird gerade gespeichert" in text(analyst, VALUES)
    work()
    assert of(place, "employee_satisfaction", "2026-10") == {None: 7.8}
    assert of(place, "market_share", "2026-10") == {None: pytest.approx(0.4)}
    assert of(place, "followers", "2026-10") == {None: 1204}
    page = analyst.get(VALUES).content.decode()
    assert fields(page)["market_share~~2026-10"] == "40"
    assert fields(page)["followers~~2026-10"] == "1.204"
    said = plain(page)
    assert "Mitarbeiterzufriedenheit, Oktober 2026: – → 7,8" in said
    assert "Marktanteil, Oktober 2026: – → 40,00 %" in said
    assert said.count("Analyst") > 3  # at each number, and in the list of what was typed
    assert "7,8" in text(analyst, "/kpi/employee_satisfaction?grain=month")
    assert {(r.mapping, r.fact, r.loaded) for r in place.workspace.receipts()} == {
        ("typed", "manual_value", 3),
        ("typed", "touchpoint", 1),
    }
    assert "Eingetragene Zahlen" in text(analyst, "/data/import")
    [entry] = AuditEntry.objects.filter(action="data.typed")
    assert entry.object == "batch:1"


def test_a_number_is_changed_removed_and_taken_back(place: Reader, analyst: Client, work: Work) -> None:
    save(analyst, VALUES, **{f"{MOOD}10": "7,8"})
    work()
    save(analyst, VALUES, **{f"{MOOD}10": "7,9"})
    work()
    assert of(place, "employee_satisfaction", "2026-10") == {None: 7.9}
    assert place.workspace.facts("manual_value", "value").num_rows == 1
    save(analyst, VALUES, **{f"{MOOD}10": ""})
    work()
    assert "7,9 → –" in text(analyst, VALUES)
    assert place.workspace.facts("manual_value", "value").num_rows == 0
    for one in Import.objects.order_by("-pk")[:2]:
        analyst.post(f"/data/import/{one.pk}", {"action": "undo"})
        work()
    assert of(place, "employee_satisfaction", "2026-10") == {None: 7.8}
    assert "zurückgenommen" in text(analyst, VALUES)


def test_typing_the_same_again_after_other_numbers_counts(place: Reader, analyst: Client, work: Work) -> None:
    """The third save has the words of the first, and is no file that was taken already."""
    for number in ("7", "8", "7"):
        save(analyst, VALUES, **{f"{MOOD}10": number})
        work()
    assert of(place, "employee_satisfaction", "2026-10") == {None: 7}


def test_nothing_is_saved_before_all_can_be_read(place: Reader, analyst: Client, work: Work) -> None:
    said = save(analyst, VALUES, **{f"{MOOD}09": "sieben", f"{MOOD}10": "7"})
    assert "Noch ist nichts gespeichert" in said
    assert "sieben" in said
    said = save(analyst, VALUES, **{"followers~~2026-10": "1,5"})
    assert "Noch ist nichts gespeichert" in said
    assert not Import.objects.exists()


#: A cell, what is typed into it, and what is asked.
ODD = (
    ("market_share~~2026-10", "0,4", "Das sind 0,40 %. Meinten Sie 40,00 %?"),
    (f"{MOOD}06", "-7", "Das ist weniger als null."),
    (f"{MOOD}10", "78", "Bisher lag die Zahl zwischen 7,4 und 7,8."),
    (f"{MOOD}11", "7,6 €", "Hier wird kein Geldbetrag erwartet."),
    (f"{MOOD}12", "7,5", "Dieser Zeitraum hat noch nicht begonnen."),
    ("employees_at_start~~2026-10", "12,5", "Das ist keine ganze Zahl."),
)


def test_what_looks_like_a_slip_is_asked_and_taken_when_it_is_right(
    place: Reader, analyst: Client, work: Work
) -> None:
    save(analyst, VALUES, **{f"{MOOD}{m}": v for m, v in (("07", "7,4"), ("08", "7,6"), ("09", "7,8"))})
    work()
    answer = analyst.post(VALUES, form(analyst, VALUES, **{cell: typed for cell, typed, _ in ODD}))
    page = answer.content.decode()
    assert answer.status_code == 422
    for _cell, _typed, asked in ODD:
        assert asked in plain(page).replace("\u00a0", " ")
    assert "Ja, so speichern" in page
    assert Import.objects.count() == 1
    # What is said to be right is this number and no other one.
    other = analyst.post(VALUES, fields(page) | {f"{MOOD}10": "99"}).content.decode()
    assert re.findall(r'<span class="problem"[^>]*>([^<]*)', other) == [ODD[2][2]]
    assert analyst.post(VALUES, fields(page)).status_code == 302
    work()
    assert of(place, "employee_satisfaction", "2026-10") == {None: 78}
    assert of(place, "market_share", "2026-10") == {None: pytest.approx(0.004)}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    place: Reader, analyst: Client, work: Work
) -> None:
    save(analyst, VALUES, **{f"{MOOD}10": "7"})
    work()
    opened = form(analyst, VALUES, **{f"{MOOD}10": "8"})
    save(analyst, VALUES, **{f"{MOOD}10": "7,5"})
    work()
    answer = analyst.post(VALUES, opened)
    assert "Jemand anderes hat das inzwischen geändert: 7,5" in plain(answer.content.decode())
    assert of(place, "employee_satisfaction", "2026-10") == {None: 7.5}


def bring(place: Reader, *rows: Row) -> None:
    """Records of a file, not of the pages."""
    folder = place.folder / "brought"
    folder.mkdir(exist_ok=True)
    for name, content in typed.lines(rows).items():
        (folder / f"{name}.jsonl").write_text(content, encoding="utf-8")
    landed, _ = place.workspace.land(sorted(folder.iterdir()))
    place.workspace.import_typed(landed)
    place.workspace.refresh()
    place.look()


def value(key: str, number: str, at: str, **more: str) -> Row:
    empty = {"team": None, "person": None, "region": None}
    fields = {"measure": "employee_satisfaction", **empty, "value": number, "at": at, **more}
    return Row("manual_value", key, fields, told={"by": "file"})


def test_a_number_of_a_file_is_changed_where_it_stands(place: Reader, analyst: Client, work: Work) -> None:
    bring(place, value("K1", "7", "2026-10-15"))
    assert "aus manual_value-at" in text(analyst, VALUES)
    save(analyst, VALUES, **{f"{MOOD}10": "8"})
    work()
    assert of(place, "employee_satisfaction", "2026-10") == {None: 8}
    [entry] = place.workspace.typed(typed.VALUES, date(2026, 1, 1), date(2026, 12, 31))
    assert (entry.key, entry.at.isoformat()) == ("K1", "2026-10-15")


def test_several_numbers_of_a_period_are_shown_as_one_and_not_typed_over(
    place: Reader, analyst: Client
) -> None:
    bring(place, value("K1", "7", "2026-10-15"), value("K2", "8", "2026-09-15"))
    quarter = "/data/values?grain=quarter&period=2026"
    assert f"{MOOD}Q3" in analyst.get(quarter).content.decode()
    bring(place, value("K3", "9", "2026-08-15"))
    page = analyst.get(quarter).content.decode()
    assert f"{MOOD}Q3" not in page
    assert "8,5 2 Einträge" in plain(page)


def test_teams_have_their_own_rows_and_the_company_is_asked_about(
    place: Reader, analyst: Client, work: Work
) -> None:
    bring(place, Row("team", "T1", {"name": "Nord"}, told={"by": "file"}))
    teams = f"{VALUES}&by=team&what=employee_satisfaction"
    assert "Nord" in text(analyst, teams)
    save(analyst, teams, **{"employee_satisfaction~T1~2026-10": "6"})
    work()
    assert of(place, "employee_satisfaction", "2026-10", "team")["T1"] == 6
    assert "Mitarbeiterzufriedenheit, Nord, Oktober 2026: – → 6,0" in text(analyst, teams)
    assert "Für diesen Zeitraum gibt es schon Zahlen" in save(analyst, VALUES, **{f"{MOOD}10": "7"})


@pytest.mark.parametrize(
    "table",
    [
        "Kennzahl\tSep 2026\tOkt\nMitarbeiterzufriedenheit\t7,4\t7,6\nNeue Follower\t\t1.204\nWetter\t1\t2",
        (
            "Kennzahl;Zeitraum;Wert\nMitarbeiterzufriedenheit;2026-09;7,4\n"
            "Mitarbeiterzufriedenheit;Oktober 2026;7,6\nNeue Follower;Okt 2026;1.204\nWetter;Okt 2026;2"
        ),
    ],
    ids=["periods side by side", "a number in each row"],
)
def test_a_whole_table_is_put_into_the_fields_and_saved_from_there(
    place: Reader, analyst: Client, table: str
) -> None:
    answer = analyst.post(VALUES, {"action": "paste", "table": table})
    page = answer.content.decode()
    put = {name: text for name, text in fields(page).items() if text}
    assert put == {f"{MOOD}09": "7,4", f"{MOOD}10": "7,6", "followers~~2026-10": "1.204"}
    assert "3 Zahlen stehen in der Tabelle" in plain(page)
    assert "Nicht in dieser Tabelle: Wetter" in plain(page)
    assert not Import.objects.exists()
    assert analyst.post(VALUES, fields(page)).status_code == 302
    assert Import.objects.count() == 1


SPEND = "/data/spend?area=marketing&what=media&grain=month&period=2026"


def test_spending_is_typed_by_campaign_and_month(place: Reader, analyst: Client, work: Work) -> None:
    """What a file booked in one piece is changed in its place; its other fields stay."""
    booked = {"area": "marketing", "kind": "media", "campaign": "C1", "amount": "300", "currency": "EUR"}
    bring(
        place,
        Row("campaign", "C1", {"name": "Messe", "channel": "events"}, told={"by": "file"}),
        Row("spend", "B1", {**booked, "at": "2026-09-15", "team": "T1"}, told={"by": "file"}),
    )
    cells = {"marketing.media~C1~2026-09": "350", "marketing.media~~2026-10": "1.204,50 €"}
    assert save(analyst, SPEND, **cells) == "saved"
    work()
    assert of(place, "marketing_spend", "2026-09", "campaign")["C1"] == 350
    assert of(place, "marketing_spend", "2026-10") == {None: 1204.5}
    rows = place.workspace.facts("spend", "team", "currency", "amount").to_pylist()
    assert {(row["team"], str(row["currency"]), float(row["amount"])) for row in rows} == {
        ("T1", "EUR", 350.0),
        (None, "EUR", 1204.5),
    }
    said = text(analyst, SPEND).replace("\u00a0", " ")
    assert "Marketing, Medien, Messe, September 2026: 300,00 € → 350,00 €" in said
    assert "Marketing, Medien, Oktober 2026: – → 1.204,50 €" in said
    assert "Eingetragene Ausgaben" in text(analyst, "/data/import")


@pytest.mark.parametrize("kind", ["person", "lead", "management", "council"])
def test_others_find_nothing_there(place: Reader, kind: str) -> None:
    other = accounts.client_of(accounts.make_kind(kind))
    for there in ("/data/values", "/data/spend"):
        assert other.get(there).status_code == 404
        assert other.post(there, {}).status_code == 404
