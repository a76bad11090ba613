"""The keys that records refer to each other by."""

from __future__ import annotations

from dataclasses import dataclass

from leitstern.demo.arrays import Texts


@dataclass(frozen=True, slots=True)
class Names:
    """Keys that records refer to, by index."""

    people: Texts
    company: Texts
    contact: Texts
    deal: Texts
    lead: Texts
    campaign: Texts
    product: Texts
    region: Texts
    currency: Texts
