"""Instructions as text, laid out as `jettison fmt` would."""

from __future__ import annotations

from jettison.generate.plan import Plan


def env_lines(plan: Plan, env: dict[str, str]) -> list[str]:
    """Return one ENV for all variables that have a value."""
    pairs = [(name, plan.text(value)) for name, value in env.items()]
    shown = [f'{name}="{value}"' if set(value) & set(" \t'") else f"{name}={value}" for name, value in pairs if value]
    if not shown:
        return []
    return ["ENV " + " \\\n    ".join(shown)]


def apt_lines(packages: tuple[str, ...]) -> list[str]:
    """Return the RUN that installs packages of Debian."""
    names = sorted(packages)
    lines = [
        "# jettison: ignore=JT611 Debian keeps only the newest version of a package",
        "RUN apt-get update \\",
        "    && apt-get install -y --no-install-recommends \\",
    ]
    lines += [f"        {name} \\" for name in names]
    return [*lines, "    && rm -rf /var/lib/apt/lists/*"]


def run_line(plan: Plan, commands: tuple[str, ...], caches: bool = True) -> str:
    """Return a RUN, one command on each line, with the cache mounts of the ecosystem."""
    flags = [cache.flag for cache in plan.service.ecosystem.build.caches] if caches and plan.mounts else []
    parts = [*(f"{flag}" for flag in flags), " \\\n    && ".join(commands)]
    return "RUN " + " \\\n    ".join(parts)


def link_flag(plan: Plan) -> str:
    """Return the flag of a COPY from another stage."""
    # A linked layer does not depend on those below it: a new base leaves it as it is.
    return "--link " if plan.link else ""
