"""The region of a record: its own, else that of its person, else that of its company."""

from __future__ import annotations

from leitstern.engine import layout
from leitstern.facts.model import Fact


def region_of(fact: Fact, owner: str, own: str) -> tuple[str, str]:
    """SQL: joins, and the name of the region, of a row ``f``; ``owner`` is the id of its person."""
    joins: list[str] = []
    names = [own] if "region" in fact.by_name else []
    if layout.person_field(fact) and fact.name != "person":
        joins.append(f"LEFT JOIN key_person kp ON kp.id = {owner} LEFT JOIN in_person op ON op.key = kp.key")
        names.append("op.region")
    if "company" in fact.by_name:
        joins.append(
            "LEFT JOIN key_company kc ON kc.id = f.company AND kc.is_root "
            "LEFT JOIN in_company oc ON oc.key = kc.key"
        )
        names.append("oc.region")
    return " ".join(joins), f"coalesce({', '.join(names)})" if names else "NULL"
