"""A Compose file: the service as it should run in production, and the names of what it is told."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.knowledge.secret_marks import is_secret_name

if TYPE_CHECKING:
    from jettison.generate.plan import Plan

MEMORY: Final = {
    "java": "1g",
    "elixir": "512m",
    "dotnet": "512m",
    "node": "512m",
    "python": "512m",
    "ruby": "512m",
    "php": "512m",
}
_READ_ONLY: Final = ("    # Nothing else can be written.", "    read_only: true", "    tmpfs:", "      - /tmp")
# Set in the image already.
_GIVEN: Final = frozenset(("PORT", "HOST"))


def compose(plans: Sequence[Plan], writing: frozenset[str] = frozenset()) -> str:
    """Return the text of compose.yaml; one service for each plan.

    writing: names of services that were seen to need a file system they can write.
    """
    lines = ["# How the container runs in production. Written by `jettison init`; change it as you like.", "services:"]
    volumes: list[str] = []
    for plan in plans:
        service_lines, own = _service(plan, plan.service.name not in writing)
        lines += service_lines
        volumes += own
    if volumes:
        lines += ["", "volumes:", *(f"  {name}:" for name in volumes)]
    return "\n".join(lines) + "\n"


def _service(plan: Plan, read_only: bool) -> tuple[list[str], list[str]]:
    service = plan.service
    folders = plan.volumes
    names = [f"{service.name}-{folder.rsplit('/', 1)[-1]}" for folder in folders]
    out = [
        f"  {service.name}:",
        f"    build: {'.' if not service.folder else './' + service.folder}",
        f"    image: {service.name}:latest",
    ]
    if plan.port:
        out += ["    ports:", f'      - "{plan.port}:{plan.port}"']
    if asked(plan):
        path = posixpath.join(service.folder, ".env") if service.folder else ".env"
        out += [
            "    # Copy .env.example to .env and fill it in; it is in no image and belongs into no repository.",
            "    env_file:",
            f"      - path: {path}",
            "        required: false",
        ]
    if folders:
        out += ["    # What is written here outlives the container.", "    volumes:"]
        out += [f"      - {name}:{folder}" for name, folder in zip(names, folders, strict=True)]
    out += [
        *(
            _READ_ONLY
            if read_only
            else ("    # It writes to its own file system when it runs: what it writes is lost with it.",)
        ),
        "    # No right is held that is not needed.",
        "    cap_drop: [ALL]",
        '    security_opt: ["no-new-privileges:true"]',
        "    # The health check is the image's own: see HEALTHCHECK in the Dockerfile.",
        "    init: true",
        "    restart: unless-stopped",
        "    mem_limit: " + MEMORY.get(service.ecosystem.language if not service.web_root else "", "256m"),
        "    pids_limit: 256",
        '    cpus: "1.0"',
    ]
    return out, names


def asked(plan: Plan) -> tuple[str, ...]:
    """Return the variables that whoever deploys sets."""
    framework = plan.service.framework
    given = {*_GIVEN, *plan.runs_on.run.env, *(framework.env if framework else ())}
    return () if plan.service.web_root else tuple(name for name in plan.service.variables if name not in given)


def env_example(plan: Plan) -> str:
    """Return the text of .env.example: names, never values."""
    lines = ["# Copy to .env and fill in. Secrets stay out of the image and out of the repository."]
    for name in asked(plan):
        lines.append(f"{name}=" + ("  # secret" if is_secret_name(name) else ""))
    return "\n".join(lines) + "\n"
