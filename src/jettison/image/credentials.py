"""Names and passwords for registries, from where the engines keep them; never shown, never stored.

Source: Docker's documentation of config.json ("auths", "credHelpers", "credsStore") and of credential helpers.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from typing import Any, Final

MAX_FILE: Final = 1 << 20
HELPER_SECONDS: Final = 20
_HELPER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
_HUB_KEYS: Final = ("https://index.docker.io/v1/", "index.docker.io", "docker.io")


def credentials_for(host: str) -> tuple[str, str] | None:
    """Return (user, password) for a registry, None when there are none."""
    config = _config()
    keys: tuple[str, ...] = (host, f"https://{host}", f"https://{host}/v1/", f"http://{host}")
    if host == "registry-1.docker.io":
        keys = _HUB_KEYS
    helpers = config.get("credHelpers")
    store = config.get("credsStore")
    for key in keys:
        helper = (helpers.get(key) if isinstance(helpers, dict) else None) or store
        if isinstance(helper, str) and _HELPER.match(helper):
            found = _from_helper(helper, key)
            if found:
                return found
    auths = config.get("auths")
    for key in keys:
        entry = auths.get(key) if isinstance(auths, dict) else None
        if isinstance(entry, dict):
            found = _from_entry(entry)
            if found:
                return found
    return None


def _config() -> dict[str, Any]:
    folder = os.environ.get("DOCKER_CONFIG") or os.path.join(os.path.expanduser("~"), ".docker")
    runtime = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), "containers", "auth.json")
    for path in (os.environ.get("REGISTRY_AUTH_FILE", ""), os.path.join(folder, "config.json"), runtime):
        try:
            with open(path, "rb") as stream:
                value = json.loads(stream.read(MAX_FILE))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return {}


def _from_entry(entry: dict[str, Any]) -> tuple[str, str] | None:
    if entry.get("username") and entry.get("password"):
        return str(entry["username"]), str(entry["password"])
    try:
        user, colon, password = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password.rstrip("\0")) if colon and user else None


def _from_helper(helper: str, key: str) -> tuple[str, str] | None:
    try:
        done = subprocess.run(
            [f"docker-credential-{helper}", "get"], input=key.encode(), capture_output=True, timeout=HELPER_SECONDS, check=False
        )  # fmt: skip
        value = json.loads(done.stdout[:MAX_FILE]) if done.returncode == 0 else {}
    except (OSError, ValueError, RecursionError, subprocess.TimeoutExpired):
        return None
    user, password = (value.get("Username"), value.get("Secret")) if isinstance(value, dict) else (None, None)
    # "<token>" marks an identity token, which is traded in another way.
    return (str(user), str(password)) if user and password and user != "<token>" else None
