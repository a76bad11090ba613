"""What the server stores: accounts, privacy, goals and their talk, imports, and who did what."""

from leitstern.server.models.audit import AccessEntry, AuditEntry, AuditLink
from leitstern.server.models.closing import Acknowledgement
from leitstern.server.models.goals import Comment, Default, GoalRow, Step
from leitstern.server.models.imports import Import, ImportFile, MappingVersion, Source
from leitstern.server.models.insight import Job, KpiLook, PublishedForecast, Scenario
from leitstern.server.models.people import Account, AccountChange, Invitation, Token
from leitstern.server.models.privacy import PrivacyChange, PrivacySetting, Purpose

__all__ = [
    "AccessEntry",
    "Account",
    "AccountChange",
    "Acknowledgement",
    "AuditEntry",
    "AuditLink",
    "Comment",
    "Default",
    "GoalRow",
    "Import",
    "ImportFile",
    "Invitation",
    "Job",
    "KpiLook",
    "MappingVersion",
    "PrivacyChange",
    "PrivacySetting",
    "PublishedForecast",
    "Purpose",
    "Scenario",
    "Source",
    "Step",
    "Token",
]
