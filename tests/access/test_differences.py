"""200 simulated companies: nothing that a viewer may see gives a hidden person away."""

from __future__ import annotations

import pytest
from tests.access.simulated import Attack, company, viewers

from leitstern.access import floors, shares
from leitstern.access.modes import Privacy
from leitstern.access.policy import Policy
from leitstern.access.viewer import Viewer


@pytest.mark.parametrize("seeds", [range(n, n + 20) for n in range(0, 200, 20)], ids=str)
def test_no_difference_and_no_equation_gives_anybody_away(seeds):
    attacked = 0
    for seed in seeds:
        built = company(seed)
        policy = Policy(Privacy(), built.organisation)
        for kind, viewer in viewers(built).items():
            attack = Attack(built, policy, viewer)
            if attack.tiny:
                continue
            attacked += 1
            where = f"company {seed}, {kind}"
            assert attack.small_groups() == [], where
            assert attack.dominated() == [], where
            assert attack.solved() == [], where
    assert attacked >= 30


def test_roles_open_nobody_so_they_all_see_the_same():
    for seed in range(0, 200, 10):
        built = company(seed)
        policy = Policy(Privacy(), built.organisation)
        seen = [
            Attack(built, policy, Viewer(9, roles=frozenset({role}))).seen
            for role in ("management", "analyst", "administrator", "council")
        ]
        assert seen[1:] == seen[:1] * 3


def test_the_company_of_a_few_shows_its_total_only():
    found = 0
    for seed in range(200):
        built = company(seed)
        attack = Attack(built, Policy(Privacy(), built.organisation), Viewer(1, roles=frozenset({"council"})))
        if len(set(attack.person)) < 7:
            found += 1
            assert all(
                kind == "company" or not cells.any()
                for (kind, _, _), cells in zip(attack.seen, attack.cells, strict=True)
            )
    assert found >= 5


def test_values_are_still_there_to_be_seen():
    groups = large = 0
    for seed in range(0, 200, 4):
        built = company(seed)
        attack = Attack(
            built, Policy(Privacy(), built.organisation), Viewer(1, roles=frozenset({"management"}))
        )
        groups += sum(
            bool(cells.any())
            for (kind, *_), cells in zip(attack.seen, attack.cells, strict=True)
            if kind != "company"
        )
        large += len(built.ids) > 30
    assert groups > 10 * large


@pytest.mark.parametrize(
    ("place", "name", "finds"),
    [
        (floors, "smallest", Attack.small_groups),
        (floors, "small_cut", Attack.small_groups),
        (shares, "smallest", Attack.dominated),
    ],
)
def test_the_attack_succeeds_once_a_rule_is_missing(monkeypatch, place, name, finds):
    monkeypatch.setattr(place, name, lambda *_: None)
    assert any(
        finds(Attack(built, Policy(Privacy(), built.organisation), viewer))
        for built in map(company, range(100))
        for viewer in viewers(built).values()
    )
