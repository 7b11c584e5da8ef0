"""A package brings far more than a container needs.

Java with its graphics, every locale of the world, manual pages, whole collections: one line, hundreds of megabytes.
A smaller package of the same distribution does.

Where a package with another name does the same, the fix puts it there; the table is `knowledge/heavy_packages.toml`.

Source: package lists of the distributions, installed sizes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Confidence, Edit, Finding, Fix, Impact, Severity
from jettison.knowledge.heavy_packages import heavy_package
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such package that the final image installs."""
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            if call.action != "install" or not MANAGERS[call.manager]["system"]:
                continue
            for word in call.packages:
                name = word.value.split("=")[0].split(":")[0]
                found = heavy_package(name, call.manager)
                if found is None:
                    continue
                size, replace, words = found
                plain = replace and word.raw == name and run.instruction.form == "shell"
                fix = Fix(f"Install {replace}", (Edit(word.span, replace),), UNSAFE) if plain else None
                yield RULE.at(word.span, f"{name}: {words}", fix, Impact(bytes_saved=(size // 2, size)))


RULE = Rule(
    code="JT157",
    name="heavy-package",
    group="size",
    message="a package brings far more than a container needs",
    check=check,
    triggers=(
        "-jre",
        "-jdk",
        "locales-all",
        "langpacks",
        "texlive-full",
        "desktop",
        "man-db",
        "manpages",
        "man-pages",
        "doc",
        "git-all",
        "vim",
        "boost-all",
        "qtcreator",
    ),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y openjdk-17-jre\n",
            after="FROM debian:bookworm\nRUN apt-get update && apt-get install -y openjdk-17-jre-headless\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y \\\n    curl \\\n    locales-all\n", lines=(4,)),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y openjdk-17-jre-headless docker.io\n"),
        Example(before="FROM debian:bookworm AS b\nRUN apt-get install -y default-jdk\nFROM debian:bookworm\n"),
    ),
)
