"""Rule 10: same definition, same data, same answer on every backend - and it is the right one."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Grain

from .cases import PLAIN, SHAPED, catalogue
from .comparing import Expected, check, request_for
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import TODAY, World, worlds

ENDS = (date(2026, 3, 18), date(2026, 2, 28), date(2025, 10, 28), date(2026, 4, 2))


@examples(5)
@given(world=worlds(), grain=st.sampled_from(list(Grain)), end=st.sampled_from(ENDS), early=st.booleans())
def test_every_kind_of_measure_by_every_subject(
    workshop: Workshop, world: World, grain: Grain, end: date, early: bool
) -> None:
    own, as_of = catalogue(PLAIN), date(2026, 1, 15) if early else TODAY
    expected = Expected(Oracle(world), as_of)
    request = request_for(PLAIN, SUBJECTS, grain, end, 4, as_of=as_of)
    with workshop.both(world, own) as generations:
        for generation in generations:
            check(generation, own, expected, PLAIN, request)


@examples(5)
@given(world=worlds(), grain=st.sampled_from(list(Grain)), end=st.sampled_from(ENDS), early=st.booleans())
def test_every_shape_over_time(
    workshop: Workshop, world: World, grain: Grain, end: date, early: bool
) -> None:
    own, as_of = catalogue(SHAPED), date(2026, 1, 15) if early else TODAY
    expected = Expected(Oracle(world), as_of)
    request = request_for(SHAPED, ("company", "team", "person", "customer"), grain, end, 3, as_of=as_of)
    with workshop.both(world, own) as generations:
        for generation in generations:
            check(generation, own, expected, SHAPED, request)
