"""Exports of the programs that companies have are recognised by their headers, German and English."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest

from leitstern.facts.mapping import FieldMapping, TableMapping, parse
from leitstern.facts.model import FACTS
from leitstern.facts.naming import plain
from leitstern.facts.profiles import Profile, profiles, recognise
from leitstern.facts.proposal_file import to_toml
from leitstern.facts.propose import Proposal, propose


class Export(NamedTuple):
    """An invented export of ``vendor_exports.toml``."""

    vendor: str
    fact: str
    header: str
    rows: tuple[str, ...]
    key: tuple[str, ...]
    fields: dict[str, str]
    said: dict[str, str]


def _exports() -> list[Export]:
    told = tomllib.loads(Path(__file__).with_name("vendor_exports.toml").read_text(encoding="utf-8"))
    return [Export(**{**one, "rows": tuple(one["rows"]), "key": tuple(one["key"])}) for one in told["export"]]


EXPORTS = _exports()


def proposed(export: Export, file: str = "export.csv", fact: str | None = None) -> Proposal:
    columns = export.header.split("|")
    cells = [row.split("|") for row in export.rows]
    table = {
        name: pa.array([row[place] or None for row in cells], pa.string())
        for place, name in enumerate(columns)
    }
    lines = pa.array(range(2, len(cells) + 2), pa.int64())
    found = propose(file, None, columns, pa.table({**table, "_line": lines}), fact=fact)
    assert found is not None
    return found


def column_of(mapped: FieldMapping) -> str:
    return "+".join(mapped.read_columns)


def ids(export: Export) -> str:
    return f"{export.vendor} {export.fact} {export.header[:12]}"


@pytest.mark.parametrize("export", EXPORTS, ids=ids)
def test_an_export_is_recognised_and_read_as_its_program_means_it(export: Export) -> None:
    found = proposed(export)
    assert (found.vendor, found.fact, found.key or ()) == (export.vendor, export.fact, export.key)
    assert {name: column_of(found.fields[name]) for name in export.fields} == export.fields
    words = {word: choice for one in found.fields.values() for word, choice in (one.values or {}).items()}
    assert {word: words.get(word) for word in export.said} == export.said
    assert not found.unclear
    assert not found.missing


@pytest.mark.parametrize("export", EXPORTS, ids=ids)
def test_what_a_profile_decides_stands_in_the_mapping_and_can_be_changed_there(export: Export) -> None:
    found = proposed(export)
    assert parse(to_toml(found, "de"), "export.toml").table == (found.table, *found.also)


def test_the_cost_of_campaigns_is_marketing_s_and_clicks_and_views_stand_beside_it() -> None:
    for export in (one for one in EXPORTS if one.fact == "spend"):
        found = proposed(export)
        assert (found.fields["area"].value, found.fields["kind"].value) == ("marketing", "media")
        parts = {(table.fact, table.part, column_of(table.fields["quantity"])) for table in found.also}
        assert len(parts) == sum(word in export.header for word in ("Klicks", "Clicks", "Impr")), (
            export.vendor
        )
        assert all(_shares(found, table) for table in found.also)


def _shares(found: Proposal, table: TableMapping) -> bool:
    same = {name: table.fields[name] for name in ("at", "campaign")}
    return table.key == found.key and same == {name: found.fields[name] for name in same}


def test_a_chance_is_scaled_as_the_program_scales_it() -> None:
    found = {
        export.vendor: proposed(export).fields.get("probability")
        for export in EXPORTS
        if export.fact == "deal"
    }
    scales = {vendor: mapped.scale for vendor, mapped in found.items() if mapped is not None}
    assert scales == {
        "HubSpot": 1, "Salesforce": 100, "Pipedrive": 100, "Zoho CRM": 100, "Dynamics 365": 100, "Odoo": 100,
        "SuiteCRM": 100,
    }  # fmt: skip


def test_what_was_deleted_in_the_program_is_a_deletion() -> None:
    (pipedrive,) = (one for one in EXPORTS if (one.vendor, one.fact) == ("Pipedrive", "deal"))
    deleted = proposed(pipedrive).deleted
    assert deleted is not None
    assert (deleted.column, deleted.among) == ("Deal - Status", ("Deleted", "Gelöscht"))


def test_whoever_says_what_the_rows_are_is_heard() -> None:
    columns = EXPORTS[1].header.split("|")
    assert recognise(columns, "lead") is not None
    assert recognise(columns, "deal") is None


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_profiles_name_facts_fields_and_choices_that_there_are(profile: Profile) -> None:
    for shape in profile.shape:
        model = FACTS[shape.fact].by_name
        assert set(shape.fields) <= set(model)
        for name, words in shape.words.items():
            assert set(words) <= {*model[name].choices, ""}
            said = [word for listed in words.values() for word in set(map(plain, listed))]
            assert len(said) == len(set(said)), f"{profile.name}: a word of {name} means two things"
        assert all(value in (model[name].choices or (value,)) for name, value in shape.values.items())
        for also in shape.also:
            assert {*also.fields, *also.values} <= set(FACTS[also.fact].by_name)
