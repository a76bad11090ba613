"""A goal's page, the form, the split and the list of offers, as people use them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from pypdf import PdfReader

from leitstern.server import book
from leitstern.server.models import AccessEntry, Account, Comment, GoalRow

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .known import RATES, KnownWorkspace


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    """One account of each kind, at the company whose numbers can be counted."""
    show(KnownWorkspace())
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def row(people: dict[str, Account]) -> GoalRow:
    """P2's goal of 64,000 in the fourth quarter, of which 37,000 are planned and 18,500 there."""
    return in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "64000"))


def text_of(client: Client, address: str, status: int = 200) -> str:
    """A page's text without tags, blanks joined."""
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[:2000]
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"[\s\u00a0\u202f]+", " ", bare)


def heading(client: Client, address: str) -> str:
    """The page's first heading."""
    found = re.search(r"<h1>(.*?)</h1>", client.get(address).content.decode(), re.DOTALL)
    assert found is not None
    return re.sub(r"[\s\u00a0\u202f]+", " ", found[1])


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        (
            "de",
            "Gewonnener Auftragswert Anneke Brüning, Q4 2026: 50,0 % hinter dem Plan",
            (
                "28,9 %",
                "−18,5 Tsd. €",
                "18,5 Arbeitstage zurück",
                "1.685 € je Arbeitstag, noch 27",
                "Die Datensätze hinter der Zahl",
            ),
        ),
        (
            "en",
            "Won value Anneke Brüning, Q4 2026: 50.0% behind plan",
            (
                "28.9%",
                "−€18.5k",
                "18.5 working days behind",
                "€1,685 per working day, 27 left",
                "The records behind the number",
            ),
        ),
    ],
)
def test_the_page_says_where_the_goal_stands(
    people: dict[str, Account], row: GoalRow, language: str, title: str, words: tuple[str, ...]
) -> None:
    client = accounts.client_of(people["lead"], language)
    assert heading(client, f"/goal/{row.pk}") == title
    text = text_of(client, f"/goal/{row.pk}")
    for word in words:
        assert word in text
    assert AccessEntry.objects.filter(person="P2", surface="goal").count() == 1


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (goal("won_value", "company:", "60000"), "Gewonnener Auftragswert, Q4 2026: erreicht (114,1 %)"),
        (goal("won_value", "company:", "118400"), "Gewonnener Auftragswert, Q4 2026: genau im Plan"),
        (goal("win_rate", "company:", "0.35"), "Abschlussquote, Q4 2026: 5,0 PP unter dem Ziel"),
        (goal("won_value", "company:", "100000", direction="at_most"), "18,4 % über dem Plan"),
        (goal("won_value", "company:", "100", period="2027-Q1"), "noch nicht begonnen"),
        (goal("nps", "company:", "40"), "nicht zu beurteilen"),
    ],
)
def test_titles(people: dict[str, Account], what: object, said: str) -> None:
    row = in_force(people["management"], people["lead"], what)  # type: ignore[arg-type]
    assert said in heading(accounts.client_of(people["management"]), f"/goal/{row.pk}")


def test_an_unseen_goal_is_answered_like_none(people: dict[str, Account], row: GoalRow) -> None:
    for kind in ("person", "other_lead", "council", "administrator", "analyst"):
        client = accounts.client_of(people[kind])
        for address in ("/goal/{}", "/goal/{}/edit", "/goal/{}/split", "/goal/{}/agreement.pdf"):
            unseen, none = (client.get(address.format(id_)) for id_ in (row.pk, 999_999))
            assert (unseen.status_code, none.status_code) == (404, 404)
            same = [re.sub(r"/goal/\d+", "", r.content.decode()) for r in (unseen, none)]
            same = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text) for text in same]
            assert same[0] == same[1]
        for action in ("accept", "say", "review", "delete"):
            assert client.post(f"/goal/{row.pk}/{action}").status_code == 404


def test_an_offer_is_answered_on_its_page(people: dict[str, Account]) -> None:
    lead, person = accounts.client_of(people["lead"]), accounts.client_of(people["person"])
    row = book.create(people["lead"].viewer, goal("won_value", "person:P1", "60000", period="2027-Q1"))
    at = f"/goal/{row.pk}"
    sent = lead.post(f"{at}/offer", {"seen": "draft", "due_on": "2026-12-04"})
    assert (sent.status_code, sent.headers["Location"]) == (302, at)
    assert "Das Ziel ist angeboten." in text_of(lead, at)
    assert "1 Angebot wartet auf Ihre Antwort" in text_of(person, "/offers")
    person.post(f"{at}/counter", {"seen": "offered", "target": "52.500,50", "reason": "Urlaub & Messe"})
    row.refresh_from_db()
    assert row.state == "countered"
    assert row.countered == {"levels": {"target": "52500.5"}, "reason": "Urlaub & Messe"}
    text = text_of(lead, at)
    assert "Gegenangebot: mindestens 52.500,50 €" in text
    assert "Urlaub &amp; Messe" in text
    lead.post(f"{at}/agree", {"seen": "countered"})
    assert "das Ziel gilt mit den Werten des Gegenangebots" in text_of(lead, at)
    late = person.post(f"{at}/decline", {"seen": "countered", "reason": "zu spät"}, follow=True)
    assert "Inzwischen hat sich" in late.content.decode()
    row.refresh_from_db()
    assert (row.state, row.target) == ("accepted", Decimal("52500.5"))


def test_what_cannot_be_done_is_said(people: dict[str, Account], row: GoalRow) -> None:
    client = accounts.client_of(people["colleague"])
    for fields in ({"target": "viel", "reason": "x"}, {"target": "5", "reason": "x"}, {"due_on": "morgen"}):
        shown = client.post(f"/goal/{row.pk}/counter", fields, follow=True)
        assert shown.status_code == 200
        assert 'class="message error"' in shown.content.decode()
    assert client.post(f"/goal/{row.pk}/nothing").status_code == 404
    assert client.get(f"/goal/{row.pk}/accept").status_code == 405


def test_notes_and_events(people: dict[str, Account], row: GoalRow) -> None:
    client = accounts.client_of(people["colleague"])
    client.post(f"/goal/{row.pk}/say", {"text": "Messe <Hannover>", "day": "2026-10-20"})
    client.post(f"/goal/{row.pk}/say", {"text": "Nur so"})
    client.post(f"/goal/{row.pk}/say", {"text": "  "})
    client.post(f"/goal/{row.pk}/say", {"text": "zu früh", "day": "2026-01-01"})
    assert list(Comment.objects.order_by("pk").values_list("text", "day")) == [
        ("Messe <Hannover>", date(2026, 10, 20)),
        ("Nur so", None),
    ]
    content = client.get(f"/goal/{row.pk}").content.decode()
    assert "Messe &lt;Hannover&gt;" in content
    assert 'class="flag"' in content


def test_either_side_sets_the_review(people: dict[str, Account], row: GoalRow) -> None:
    accounts.client_of(people["colleague"]).post(f"/goal/{row.pk}/review", {"review_on": "2026-12-01"})
    row.refresh_from_db()
    assert row.review_on == date(2026, 12, 1)
    accounts.client_of(people["management"]).post(f"/goal/{row.pk}/review", {"review_on": "2027-12-01"})
    row.refresh_from_db()
    assert row.review_on == date(2026, 12, 1)


def test_a_typed_sentence_fills_the_form(people: dict[str, Account]) -> None:
    client = accounts.client_of(people["lead"])
    text = "Innerhalb von drei Monaten wird der Vertrieb Nord seinen Auftragseingang um 14 Prozent steigern"
    content = client.get("/goals/new", {"say": text}).content.decode()
    assert '<option value="won_value" selected>' in content
    assert '<option value="team:T1" selected>' in content
    assert 'name="change" inputmode="decimal" value="14"' in content
    assert 'name="start" value="2026-11-22"' in content
    asked = text_of(client, "/goals/new?say=Der+Umsatz+soll+steigen")
    assert "Der Satz lässt offen:" in asked


def sent_back(client: Client, said: str, **changes: str) -> GoalRow:
    """The goal that the form makes of a sentence, sent as it was filled."""
    content = client.get("/goals/new", {"say": said}).content.decode()
    (form,) = (f for f in re.findall(r"<form.*?</form>", content, re.DOTALL) if 'name="kpi"' in f)
    fields = dict(re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', form))
    for name, inner in re.findall(r'<select[^>]*?name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        fields[name] = chosen[1] if chosen else ""
    sent = client.post("/goals/new", fields | changes)
    assert sent.status_code == 302, text_of(client, "/goals/new")
    return GoalRow.objects.latest("pk")


@pytest.mark.parametrize(
    ("said", "kpi", "change", "relative", "target"),
    [
        # the first quarter of 2026 has 64 weekdays: P1 won 64,000, of 640 decided deals 192
        ("Vertrieb Nord: Abschlussquote Q1 2027 um 3 Prozentpunkte höher", "win_rate", "0.03", False, "0.33"),
        ("Vertrieb Nord: Abschlussquote Q1 2027 plus drei Punkte", "win_rate", "0.03", False, "0.33"),
        ("Vertrieb Nord will im Q1 2027 ein Drittel mehr Abschlüsse", "won_deals", "0.333333", True, "86"),
        ("Jana Müller macht im Q1 2027 5.000 Euro mehr Auftragswert", "won_value", "5000", False, "69000"),
        ("Jana Müller: Q1 2027 anderthalb Mio. Auftragswert", "won_value", None, True, "1500000"),
    ],
)  # fmt: skip
def test_a_sentence_becomes_a_goal(
    people: dict[str, Account], said: str, kpi: str, change: str | None, relative: bool, target: str
) -> None:
    said = said.replace("Jana Müller", _name("P1"))
    row = sent_back(accounts.client_of(people["lead"]), said)
    assert (row.kpi, row.period) == (kpi, "2027-Q1")
    assert (None if row.change is None else round(row.change, 6)) == (change and Decimal(change))
    assert row.relative is relative
    assert row.goal.levels.target == Decimal(target)
    shown = text_of(accounts.client_of(people["lead"]), f"/goal/{row.pk}")
    if change and not relative:
        assert ("+3,00 PP" if kpi == "win_rate" else "+5.000") in shown


def _name(person: str) -> str:
    return dict(FakeWorkspace().subjects("person"))[person]


def test_a_change_in_points_is_edited_as_points(people: dict[str, Account]) -> None:
    client = accounts.client_of(people["lead"])
    row = sent_back(client, "Vertrieb Nord hebt die Abschlussquote im Q1 2027 um 3 Prozentpunkte an")
    shown = client.get(f"/goal/{row.pk}/edit").content.decode()
    assert 'name="change" inputmode="decimal" value="3"' in shown
    assert '<option value="unit" selected>Prozentpunkte</option>' in shown


def test_a_word_that_was_not_used_is_asked_about(people: dict[str, Account]) -> None:
    client = accounts.client_of(people["lead"])
    said = "Vertrieb Nord macht im Q1 2027 5 % mehr Umsatz mit Großhändlern"
    content = client.get("/goals/new", {"say": said}).content.decode()
    assert "Nicht verwendet: „Großhändlern“. Ist die Kennzahl „Umsatz“ gemeint oder eine andere?" in content
    assert '<option value="revenue" selected>' not in content
    query = re.search(r'<a class="button" href="(\?say=[^"]*)">Umsatz</a>', content)
    assert query is not None
    chosen = client.get("/goals/new" + query[1].replace("&amp;", "&")).content.decode()
    assert '<option value="revenue" selected>' in chosen
    assert "Nicht verwendet" not in chosen


def filled(**changes: str) -> dict[str, str]:
    return {
        "kpi": "won_value", "whom": "person:P1", "period": "Q1 2027", "direction": "at_least",
        "target": "60.000", "minimum": "54.000", "stretch": "", "upper": "", "change": "",
        "against": "previous_year",
        "spread": "working_days", "parts": "", "weight": "1", "corridor": "5", "kind": "agreed", "owner": "",
        "customer": "", "start": "", "end": "", "due_on": "",
        "review_on": "2027-02-15",
        "note": "Erstes Ziel",
    } | changes  # fmt: skip


def test_a_goal_is_written_and_changed(people: dict[str, Account]) -> None:
    client = accounts.client_of(people["lead"])
    sent = client.post("/goals/new", filled())
    row = GoalRow.objects.get()
    assert sent.headers["Location"] == f"/goal/{row.pk}"
    assert (row.target, row.minimum, row.period, row.owner) == (60000, 54000, "2027-Q1", people["person"])
    assert (row.corridor, row.review_on, row.note) == (Decimal("0.05"), date(2027, 2, 15), "Erstes Ziel")
    shown = client.get(f"/goal/{row.pk}/edit").content.decode()
    assert 'name="target" inputmode="decimal" value="60.000"' in shown
    client.post(
        f"/goal/{row.pk}/edit",
        filled(target="65.000,50", spread="by_hand", parts="20.000\n20.000\n25.000,50"),
    )
    row.refresh_from_db()
    assert row.goal.levels.target == Decimal("65000.5")
    assert [part.amount for part in row.goal.parts] == [20000, 20000, Decimal("25000.5")]


def test_a_change_is_counted_from_last_year(people: dict[str, Account]) -> None:
    """The first quarter of 2026 has 64 weekdays, so P1 won 64,000."""
    client = accounts.client_of(people["lead"])
    client.post("/goals/new", filled(target="", minimum="", change="10"))
    row = GoalRow.objects.get()
    assert (row.target, row.change, row.base) == (70400, Decimal("0.1"), 64000)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "sehr viel"}, "lässt sich nicht als Zahl lesen"),
        ({"target": ""}, "Es fehlt der Wert"),
        ({"minimum": "70.000"}, "nicht in der richtigen Reihenfolge"),
        ({"period": ""}, "Es fehlt der Zeitraum"),
        ({"whom": "person:P9"}, "dürfen Sie keine Ziele schreiben"),
        ({"whom": "customer:", "customer": "Niemand"}, "kommt in den Daten nicht vor"),
        ({"spread": "by_hand", "parts": "1\n2"}, "2 Beträge für 3 Monate"),
        ({"kpi": ""}, "-"),
        ({"owner": "99999"}, "Das gewählte Konto"),
    ],
)
def test_mistakes_in_the_form(people: dict[str, Account], changes: dict[str, str], words: str) -> None:
    client = accounts.client_of(people["lead"])
    shown = client.post("/goals/new", filled(**changes))
    assert shown.status_code == 400
    content = shown.content.decode()
    assert 'role="alert"' in content
    assert words in content
    assert "Erstes Ziel" in content  # what was typed stays
    assert not GoalRow.objects.exists()


def test_a_person_writes_no_goals(people: dict[str, Account]) -> None:
    client = accounts.client_of(people["person"])
    assert client.get("/goals/new").status_code == 404
    assert client.post("/goals/new", filled()).status_code == 404


def test_a_change_of_a_goal_in_force(people: dict[str, Account], row: GoalRow) -> None:
    client = accounts.client_of(people["lead"])
    content = client.get(f"/goals/new?replaces={row.pk}").content.decode()
    assert 'name="target" inputmode="decimal" value="64.000"' in content
    fields = filled(whom="person:P2", period="Q4 2026", target="50.000", minimum="", review_on="")
    client.post("/goals/new", fields | {"replaces": str(row.pk)})
    new = GoalRow.objects.latest("pk")
    assert (new.replaces, new.state) == (row, "draft")


def test_a_goal_is_split_on_its_page(people: dict[str, Account]) -> None:
    client = accounts.client_of(people["lead"])
    team = in_force(people["management"], people["lead"], goal("won_value", "team:T1", "105000"))
    shown = text_of(client, f"/goal/{team.pk}/split?to=person&by=last_year")
    assert "33.000,00" in shown
    content = client.get(f"/goal/{team.pk}/split?to=person&by=last_year").content.decode()
    assert 'name="amount-P1" value="60.000"' in content
    client.post(
        f"/goal/{team.pk}/split?to=person", {"amount-P1": "50.000", "amount-P2": "30.000,00", "amount-P8": ""}
    )
    assert [child.target for child in team.children.order_by("pk")] == [30000, 50000]
    text = text_of(client, f"/goal/{team.pk}")
    assert "80,0 Tsd. € verteilt" in text
    assert "25,0 Tsd. € offen" in text


def test_the_page_of_a_split_hides_nobody(
    people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lead who sells, and the customers beyond the largest, have lines whose parts stay open."""
    monkeypatch.setitem(RATES, "P8", 250)
    team = in_force(people["management"], people["lead"], goal("won_value", "team:T1", "120000"))
    page = f"/goal/{team.pk}/split?to=person&by=last_year"
    shown = text_of(accounts.client_of(people["lead"]), page)
    assert re.search(r"der Anteil bleibt hier offen\. 16\.500,00 15\.000(,00)? €", shown), shown
    assert 'name="amount-P8"' not in accounts.client_of(people["lead"]).get(page).content.decode()
    whole = book.create(people["management"].viewer, goal("won_value", "company:", "120000"))
    page = f"/goal/{whole.pk}/split?to=customer&by=last_year"
    shown = text_of(accounts.client_of(people["management"]), page)
    assert "Alle 70 übrigen Kunden" in shown
    assert re.search(r"der Anteil bleibt offen\. 462\.000,00 70\.000(,00)? €", shown), shown
    assert re.search(r"Offen 70\.000(,00)? €", shown)


def test_a_goal_without_anybody_to_split_to(people: dict[str, Account]) -> None:
    row = in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "11000"))
    shown = text_of(accounts.client_of(people["lead"]), f"/goal/{row.pk}/split")
    assert "Es gibt niemanden, auf den sich dieses Ziel aufteilen lässt." in shown


def test_the_list_of_offers(people: dict[str, Account], row: GoalRow) -> None:
    client = accounts.client_of(people["lead"])
    draft = book.create(people["lead"].viewer, goal("won_value", "person:P1", "1", period="2027-Q1"))
    text = text_of(client, "/offers")
    assert "Kein Angebot wartet auf Ihre Antwort" in text
    assert text.index("Ihre Entwürfe") < text.index("Jasper Oldehus") < text.index("Entschieden")
    assert "Jasper" not in text_of(accounts.client_of(people["person"]), "/offers").replace(
        str(people["person"]), ""
    )
    book.act(people["lead"].viewer, draft, "offer")
    assert "1 Angebot wartet auf Ihre Antwort" in text_of(accounts.client_of(people["person"]), "/offers")


def test_the_agreement_is_a_pdf(people: dict[str, Account], row: GoalRow) -> None:
    client = accounts.client_of(people["colleague"])
    response = client.get(f"/goal/{row.pk}/agreement.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    text = re.sub(r"[\s\u00a0\u202f]+", " ", text)
    for part in (
        "Zielvereinbarung",
        "Zwischen Lead und Colleague",
        "64.000,00 €",
        "Anneke Brüning",
        "Version 1",
    ):
        assert part in text
    assert client.get(f"/goal/{row.pk}/agreement.pdf").content == response.content
    draft = book.create(people["lead"].viewer, goal("won_value", "person:P1", "1"))
    assert accounts.client_of(people["lead"]).get(f"/goal/{draft.pk}/agreement.pdf").status_code == 404
