"""The agreement as PDF, read back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from leitstern.reports.agreement import Agreement, Evidence, Language, label, pdf

#: Names as nobody has them, which a template must not take for its own language.
NASTY = '#[x] *Müller* $1$ \\ "q" <b> `y` @z // nicht weg'

AGREEMENT = Agreement(
    number="17",
    kind="agreed",
    company="Tannhagen Fördertechnik GmbH",
    offered_by="Doris Rüschoff",
    owner="Florian Clasvogt",
    goal=[("Kennzahl", "Umsatz (revenue, Version 1)"), ("Zielwerte", "mindestens 60.000,00 €")],
    plan=[("Oktober 2026", "20.000,00 €"), ("November 2026", "40.000,00 €")],
    steps=[("22. Sept. 2026, 10:00", "Doris Rüschoff", "hat das Ziel angeboten")],
    decided_at=datetime(2026, 9, 24, 8, 30, 15, 123456, tzinfo=UTC),
    evidence=Evidence([("Datenstand", "Stand 7")], [("Q3 2026", "54.321,00 €")]),
)


def read(data: bytes) -> tuple[PdfReader, str]:
    """The document and all its text, line breaks as blanks."""
    reader = PdfReader(io.BytesIO(data))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(
    ("language", "kind", "title", "parties"),
    [
        ("de", "agreed", "Zielvereinbarung", "Zwischen Doris Rüschoff und Florian Clasvogt"),
        ("en", "agreed", "Goal agreement", "Between Doris Rüschoff and Florian Clasvogt"),
        ("de", "directive", "Zielvorgabe", "Vorgegeben von Doris Rüschoff für Florian Clasvogt"),
        ("en", "directive", "Goal directive", "Set by Doris Rüschoff for Florian Clasvogt"),
    ],
)
def test_everything_is_on_the_paper(language: Language, kind: str, title: str, parties: str) -> None:
    reader, text = read(pdf(replace(AGREEMENT, kind=kind), language))  # type: ignore[arg-type]
    assert len(reader.pages) == 1
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert title in text
    assert parties in text
    for part in ("Umsatz (revenue, Version 1)", "mindestens 60.000,00 €", "Oktober 2026 20.000,00 €"):
        assert part in text
    for part in ("Stand 7", "Q3 2026 54.321,00 €", "22. Sept. 2026, 10:00 Doris Rüschoff"):
        assert part in text
    assert text.count("Florian Clasvogt") == 2  # as a party, and where to sign
    assert label("place_date", language) in text


def test_accessible_and_in_its_language() -> None:
    reader, _ = read(pdf(AGREEMENT, "de"))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_names_are_never_read_as_markup() -> None:
    nasty = replace(
        AGREEMENT,
        company=NASTY,
        offered_by=NASTY,
        owner=NASTY,
        goal=[(NASTY, NASTY)],
        plan=[(NASTY, "1"), (NASTY, "2")],
        steps=[(NASTY, NASTY, NASTY)],
        evidence=Evidence([(NASTY, NASTY)], [(NASTY, NASTY)]),
    )
    _, text = read(pdf(nasty, "de"))
    bare = text.replace(" ", "")
    assert bare.count(NASTY.replace(" ", "")) == 17


def test_the_same_goal_gives_the_same_bytes() -> None:
    first = pdf(AGREEMENT, "de")
    assert pdf(AGREEMENT, "de") == first
    assert pdf(replace(AGREEMENT, number="18"), "de") != first
    reader, _ = read(first)
    assert reader.metadata is not None
    assert reader.metadata.creation_date == datetime(2026, 9, 24, 8, 30, 15, tzinfo=UTC)


def test_what_is_left_out() -> None:
    _, text = read(pdf(replace(AGREEMENT, plan=[("2026", "1 €")], evidence=None, replaced=True), "de"))
    assert "Was beim Angebot bekannt war" not in text
    assert "Oktober" not in text
    assert "Dieses Ziel wurde durch ein neueres ersetzt." in text


def test_a_long_agreement_has_pages_with_numbers() -> None:
    steps = [(f"{number}. Tag", "Doris Rüschoff", "hat ein langes Wort gesagt " * 6) for number in range(60)]
    reader, text = read(pdf(replace(AGREEMENT, steps=steps), "de"))
    assert len(reader.pages) > 2
    assert f"Seite 2 / {len(reader.pages)}" in text


@pytest.mark.parametrize(
    "text",
    [
        "Passt \N{THUMBS UP SIGN}",
        "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}\ufe0f",
        "\u9867\u5ba2 \u4e0a\u6d77",
        "\u0928\u092e\u0938\u094d\u0924\u0947",  # marks that join
        "\ud83d",  # half of a character
        "\x01\x7f\u2028\ufffe\U0010ffff",
    ],
)
def test_whatever_people_type_is_printed_or_replaced(text: str) -> None:
    reader, shown = read(pdf(replace(AGREEMENT, owner=text, steps=[("heute", text, f"Grund: {text}")]), "de"))
    assert len(reader.pages) == 1
    assert "Grund:" in shown


def test_what_was_replaced_is_said() -> None:
    said = "Zeichen, die sich nicht drucken lassen"
    assert said in read(pdf(replace(AGREEMENT, owner="\N{THUMBS UP SIGN}"), "de"))[1]
    plain = replace(AGREEMENT, owner="Łukasz Žižek, Αθήνα, Клиент – „10 %“ €")
    assert said not in read(pdf(plain, "de"))[1]
    assert "Łukasz Žižek, Αθήνα, Клиент – „10 %“ €" in read(pdf(plain, "de"))[1]
