"""Every page in both languages and in its states."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from django.test import Client

from leitstern.errors import Problem
from leitstern.settings import Settings

from .fake import CATALOGUE, FakeWorkspace

PAGES = (
    "/",
    "/overview",
    "/overview?grain=quarter&level=all",
    "/overview?level=operational&period=2026-11",
    "/overview?wall=1",
    "/wall",
    "/kpis",
    "/kpis?q=umsatz",
    "/kpis?q=qqqqqq",
    "/kpi/won_value",
    "/kpi/win_rate?grain=day",
    "/kpi/win_rate?grain=week",
    "/kpi/sales_cycle?grain=half_year",
    "/kpi/won_value?grain=year",
    "/kpi/won_value?by=team",
    "/kpi/won_value?by=person&grain=quarter",
    "/kpi/won_value?by=customer&page=2",
    "/kpi/won_value?by=team&subject=T2",
    "/kpi/won_value?by=team&subject=",
    "/kpi/nps",
    "/kpi/nps?by=region",
    "/kpi/won_value/records/2026-10",
    "/kpi/won_value/records/2026-Q3?by=team&subject=T1",
    "/kpi/won_value/records/2026-10?by=team&subject=",
    "/data",
    "/data/records/deal/owner_unknown?field=owner&choice=&counts=1",
    "/match?period=2026&value1=2",
)


class Outline(HTMLParser):
    """Headings, links, ids, the language, and tags that were not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.language = found.get("lang", "") if tag == "html" else self.language
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" else []
        self.headings += [tag] if tag in ("h1", "h2", "h3") else []
        if tag not in ("meta", "link", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Elements of a drawing that close themselves."""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_in_each_language(client, page, language):
    client.cookies["language"] = language
    response = client.get(page)
    assert response.status_code == 200
    outline = Outline(text_of(response))
    assert outline.open == []
    assert outline.language == response["Content-Language"] == language
    assert outline.headings.count("h1") == 1
    assert len(outline.ids) == len(set(outline.ids))


@pytest.mark.parametrize("page", ["/overview", "/kpi/won_value", "/kpi/won_value?by=team", "/kpis", "/data"])
def test_no_link_leads_nowhere(client, page):
    links = set(Outline(text_of(client.get(page))).links) - {"#content"}
    assert links
    sample = sorted(links)[:40]
    assert {link: client.get(link, follow=True).status_code for link in sample} == dict.fromkeys(sample, 200)


def test_the_start_page_says_its_message_in_german(client):
    page = text_of(client.get("/overview"))
    assert "<h1>Oktober 2026: " in page
    assert "Kennzahlen besser als vor einem Jahr" in page
    assert "Gewonnene Deals" in page
    assert "Nov bisher: " in page


def test_strategic_kpis_come_first_and_the_others_on_demand(client):
    name = CATALOGUE.get("win_rate").name.de
    assert CATALOGUE.get("win_rate").level == "operational"
    assert f">{name}</a></h3>" not in text_of(client.get("/overview"))
    assert f">{name}</a></h3>" in text_of(client.get("/overview?level=operational"))
    assert f">{name}</a></h3>" in text_of(client.get("/overview?level=all"))


def test_kpis_without_any_source_are_counted_but_not_shown(client, show):
    class Few(FakeWorkspace):
        def _observe(self, name, *rest):
            found = super()._observe(name, *rest)
            if "invoice" not in {m.fact for m in CATALOGUE.resolved(name).measures.values()}:
                return found
            values = {f: getattr(found, f) for f in found.__slots__}
            return type(found)(**values | {"value": None, "finished": False, "reason": "no_source"})

    show(Few())
    page = text_of(client.get("/overview"))
    assert "warten auf Daten" in page
    assert ">Umsatz</a></h3>" not in page


def test_a_number_is_the_same_on_card_table_and_records(client):
    observed = next(
        iter(FakeWorkspace().compute(["won_deals"], start=date(2026, 10, 1), end=date(2026, 10, 31)))
    )
    shown = str(observed.value)
    page = text_of(client.get("/kpi/won_deals"))
    assert f'<a href="/kpi/won_deals/records/2026-10">{shown}</a>' in page
    assert f"Oktober 2026: {shown}" in page
    records = text_of(client.get("/kpi/won_deals/records/2026-10"))
    assert f"Oktober 2026: {shown}</h1>" in records
    assert f"{shown} Datensätze stehen hinter dieser Zahl" in records
    assert "Liste und Zahl stimmen überein" in records


def test_records_come_in_pages_with_the_total_of_all(client):
    first, second = (text_of(client.get(f"/kpi/won_deals/records/2026-Q3?page={page}")) for page in (1, 2))
    assert first.count("<tr><td>") == 50
    assert "D-00000" in first
    assert "D-00050" in second
    total = first.split("<tfoot>")[1].split("</tfoot>")[0]
    assert total == second.split("<tfoot>")[1].split("</tfoot>")[0]


def test_a_chart_has_a_table_with_the_same_periods(client):
    page = text_of(client.get("/kpi/won_value"))
    assert page.count('<th scope="row">') == 24 + 1  # and the one source of the sheet
    wide = page.split('class="chart wide"')[1].split("</svg>")[0]
    assert wide.count('class="point"') == 24


def test_persons_are_listed_by_name_and_nobody_is_called_last(client):
    page = text_of(client.get("/kpi/won_value?by=person"))
    rows = page.split("<tbody>")[1]
    names = [rows.index(name) for name in ("Anneke Brüning", "Jasper Oldehus", "Mehmet Yıldız")]
    assert names == sorted(names)
    title = page.split("<h1>")[1].split("</h1>")[0]
    assert "zurück" not in title


def test_the_parts_and_the_not_assigned_stand_above_the_total(client):
    page = text_of(client.get("/kpi/won_value?by=team"))
    assert "Nicht zugeordnet" in page.split("<tbody>")[1].split("</tbody>")[0]
    assert "Halvorsen Pumpen GmbH" in page.split("<tfoot>")[1]


def test_the_sheet_says_how_the_kpi_is_computed(client):
    page = text_of(client.get("/kpi/win_rate"))
    definition = CATALOGUE.get("win_rate")
    assert definition.means.de in page
    assert definition.also_called.de[0] in page
    assert "won_deals / decided_deals" in page
    assert "WHERE amount &lt; 5" in page
    assert '<a href="/kpi/won_value">' in page


def test_the_page_of_a_late_source_explains_itself(client):
    page = text_of(client.get("/kpi/nps?period=2026-11"))
    assert "kein Wert (Quelle verspätet)" in page
    assert "reicht noch nicht bis zum Ende" in page


def test_a_search_finds_by_synonym(client):
    definition = CATALOGUE.get("win_rate")
    found = text_of(client.get("/kpis", {"q": definition.also_called.de[0]}))
    assert f">{definition.name.de}</a></dt>" in found


def test_an_empty_search_says_what_to_do(client):
    page = text_of(client.get("/kpis?q=%3Cscript%3E"))
    assert "Nichts heißt „&lt;script&gt;“" in page
    assert "<script>" not in page


def test_a_workspace_without_numbers_names_the_first_steps_and_no_command(client, show):
    show(FakeWorkspace(empty=True))
    for address in ("/overview", "/wall", "/kpi/win_rate", "/data"):
        response = client.get(address)
        assert response.status_code == 200
        page = text_of(response)
        assert "Noch keine Zahlen" in page
        assert '<a href="/first-steps">' in page
        assert "leitstern -w" not in page


def test_while_an_import_writes_the_data_page_says_so(client, show):
    class Busy(FakeWorkspace):
        def receipts(self):
            raise Problem("facts.store_busy", path="store.duckdb")

    show(Busy())
    page = text_of(client.get("/data"))
    assert "Gerade schreibt ein Import." in page
    assert "12.480" in page


def test_old_data_is_called_old_on_every_page(client, show):
    show(FakeWorkspace(newest=date(2026, 10, 2)))
    for address in ("/overview", "/kpi/win_rate", "/data", "/kpis"):
        assert "Der neueste Datensatz ist vom 2. Okt. 2026." in text_of(client.get(address))


def test_old_data_is_looked_at_from_its_own_end(client, show):
    show(FakeWorkspace(newest=date(2026, 6, 30)))
    assert "<h1>Juni 2026: " in text_of(client.get("/overview"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/kpi/nonsense", "Es gibt keine Kennzahl „nonsense“."),
        ("/nowhere", "Diese Adresse führt nirgendwohin."),
        ("/kpi/win_rate/records/2026-13", "2026-13"),
        ("/kpi/win_rate/records/2026-10?by=moon", "Nach „moon“ lässt sich keine Kennzahl zeigen."),
    ],
)
def test_what_is_not_there_is_said_with_a_way_on(client, address, said):
    response = client.get(address)
    assert response.status_code == 404
    assert said in text_of(response)
    assert 'href="/kpis"' in text_of(response)


def test_a_wrong_name_leads_to_what_may_have_been_meant(client):
    page = text_of(client.get("/kpi/umsatz"))
    assert '<a href="/kpi/revenue">Umsatz</a>' in page


def test_an_error_of_the_program_is_admitted(client, show):
    class Broken(FakeWorkspace):
        def compute(self, *args, **kwargs):
            raise RuntimeError("boom")

    show(Broken())
    client.raise_request_exception = False
    response = client.get("/overview")
    assert response.status_code == 500
    assert "Etwas ist schiefgegangen" in text_of(response)
    assert "boom" not in text_of(response)


def test_the_error_page_stands_even_without_a_workspace(client, show):
    class Broken(FakeWorkspace):
        def generation(self):
            raise RuntimeError("boom")

    show(Broken())
    client.raise_request_exception = False
    response = client.get("/overview")
    assert response.status_code == 500
    assert "Etwas ist schiefgegangen" in text_of(response)


def test_a_problem_of_the_library_is_said_in_the_readers_language(client):
    page = text_of(client.get("/kpi/nps?by=region"))
    assert "ist kein Zeitraster" in page


def test_what_sources_say_is_never_markup(client):
    page = text_of(client.get("/kpi/won_value/records/2026-10"))
    assert "Anlage &lt;0&gt;" in page
    assert "Kunde &amp; Co." in page
    campaigns = text_of(client.get("/kpi/won_value?by=campaign"))
    assert "Messe &lt;Hannover&gt; &amp; mehr" in campaigns
    assert "<Hannover>" not in campaigns


def test_nonsense_in_the_address_falls_back_to_the_default(client):
    for query in ("?grain=moon&by=sun&page=-3&period=x", "?period=2026-W10", "?page=99999&by=customer"):
        assert client.get(f"/kpi/won_value{query}").status_code == 200
    assert client.get("/overview?grain=moon&level=x&period=1999-01").status_code == 200


def test_a_fiscal_year_of_its_own_is_offered(client, show):
    settings = Settings(name="Halvorsen Pumpen GmbH", language="de", fiscal_year_start=7)
    show(FakeWorkspace(settings=settings))
    page = text_of(client.get("/kpi/won_value?grain=fiscal_quarter"))
    assert "Q1 GJ 2026/27" in page
    assert "Geschäftsjahr" in page


def test_switzerland_writes_its_numbers_its_way(client, show):
    settings = Settings(name="Halvorsen AG", language="de", country="CH", currency="CHF")
    show(FakeWorkspace(settings=settings))
    assert "CHF\u00a0" in text_of(client.get("/kpi/won_value"))
    assert "’" in text_of(client.get("/kpi/won_value"))


def test_language_comes_from_cookie_then_browser_then_workspace(show):
    show(FakeWorkspace())
    fresh = Client()
    assert fresh.get("/kpis")["Content-Language"] == "de"  # the workspace's
    assert fresh.get("/kpis", headers={"accept-language": "en-GB,de;q=0.5"})["Content-Language"] == "en"
    assert fresh.get("/kpis", headers={"accept-language": "fr,de-AT;q=0.5"})["Content-Language"] == "de"
    fresh.cookies["language"] = "en"
    assert fresh.get("/kpis", headers={"accept-language": "de"})["Content-Language"] == "en"


def test_a_switch_keeps_the_page_and_stores_the_choice(client):
    response = client.post("/preferences", {"language": "en", "next": "/kpi/won_value?grain=week"})
    assert (response.status_code, response["Location"]) == (302, "/kpi/won_value?grain=week")
    assert client.get(response["Location"])["Content-Language"] == "en"
    client.post("/preferences", {"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in text_of(client.get("/overview"))
    client.post("/preferences", {"theme": "pink", "next": "/"})
    assert 'data-theme="dark"' in text_of(client.get("/overview"))


def test_what_is_protected_is_not_called_empty(clients):
    """Values of small teams are kept from a colleague: that is neither no records nor zero."""
    page = text_of(clients["person"].get("/kpi/won_value?by=team&grain=month"))
    assert "geschützt" in page
    assert "keine Datensätze in den gezeigten Zeiträumen" not in page
    assert "Zu dieser Auswahl gibt es keine Datensätze" not in page
    curve = text_of(clients["person"].get("/kpi/won_value?by=team&subject=T1"))
    assert "Diese Werte sind geschützt" in curve
