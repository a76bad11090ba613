"""Single sign-on: what section ``[oidc]`` of leitstern.toml says, as the log-in library wants it.

    [oidc]
    name = "Company account"                     # what the button says
    issuer = "https://login.example.com"         # as the provider names itself
    client_id = "leitstern"
    client_secret_env = "LEITSTERN_OIDC_SECRET"  # the environment variable that holds the secret

The provider must send back to ``/account/oidc/sso/login/callback/`` and tell ``email`` and
``email_verified``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from leitstern import toml

ID = "sso"


def provider(workspace: Path) -> dict[str, Any]:
    """The provider of a workspace; nothing where none is set, or the file cannot be read."""
    try:
        content = toml.loads((workspace / "leitstern.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # the pages say what is wrong with the file
    section = content.get("oidc")
    if not isinstance(section, dict):
        return {}
    app = {
        "provider_id": ID,
        "name": str(section.get("name", "")),
        "client_id": str(section.get("client_id", "")),
        "secret": os.environ.get(str(section.get("client_secret_env", "")), ""),
        "settings": {"server_url": str(section.get("issuer", "")).rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
