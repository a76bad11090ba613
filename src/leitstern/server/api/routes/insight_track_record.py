"""How often forecasts came true."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Out
from leitstern.server.api.refusals import Refused
from leitstern.server.insight import track_record as topic
from leitstern.server.sight import sight

router = Router()


class ReliabilityBin(Out):
    """Forecasts of about the same chance: what was said, and what share came true."""

    n: int
    goals: int
    chance: float
    share: float
    low: float = Field(description="Lower end of the share's 95 % interval.")
    high: float


class FamilyRecord(Out):
    """KPIs that are forecast alike. Scores are null where there is too little."""

    family: str = Field(description="amount, count, ratio, stock or periods.")
    kpis: list[str]
    n: int = Field(description="Forecasts.")
    goals: int = Field(description="Goals, or periods of a subject, that they belong to.")
    brier: float | None
    pace_brier: float | None = Field(description="The score of the plain working-day pace.")
    covered: float | None = Field(description="Share of outcomes in the 80 % band.")
    covered_low: float | None
    covered_high: float | None
    calibration_error: float | None
    bins: list[ReliabilityBin]
    verdict: str = Field(description="better, alike or worse than the plain pace; too_little.")


class TrackRecord(Out):
    """What was published on goals that are over, and what was made again for past months."""

    published: list[FamilyRecord]
    replayed: list[FamilyRecord]
    withdrawn: list[str] = Field(description="Families whose goals show the plain pace's chance.")


@router.get(
    "/insight/track-record", response=TrackRecord, operation_id="get_track_record",
    url_name="insight_track_record", summary="How often forecasts came true",
)  # fmt: skip
def track_record(request: HttpRequest) -> dict[str, Any]:
    """The track record of forecasts. 503 until the analysis of this generation is made."""
    document = insight.document(sight(request), topic.ANALYSIS.name)
    if document is None:
        raise Refused(503, "no_generation")
    return {name: document[name] for name in ("published", "replayed", "withdrawn")}
