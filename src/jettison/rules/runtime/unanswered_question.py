"""A package manager that asks a question nobody answers.

There is no terminal in a build: without -y the install stops with an error. conda and mamba take no answer for a yes, and
microdnf asks nothing, except on Fedora, where its name stands for dnf5; they are not reported. apt asks only where more is installed than
what is named, as packages mostly need; of package files alone the severity is medium.

Source: the manual of each package manager.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Finding, Fix, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install or upgrade without a flag that says yes."""
    for run in model.every_run:
        for call in model.facts(run):
            flags = MANAGERS[call.manager]["yes"]
            if not flags or call.action not in ("install", "upgrade", "remove") or _answered(call, flags):
                continue
            asks_on = MANAGERS[call.manager].get("asks_on")
            if asks_on and not any(name in model.lineage(run.stage)[0].base.name for name in asks_on):
                continue
            # `yes |`, a here-string or a configuration file may answer.
            if call.command.in_pipeline or call.command.redirects or _configured(model):
                continue
            fix = None
            if call.command.argv and call.command.argv[0].value == call.command.name and call.manager != "pacman":
                fix = Fix("Answer yes", (insert_word(call.command, 1, flags[0]),), SAFE)
            if _is_local(call):
                text = "apt asks where these files need other packages, and nobody answers"
                yield RULE.at(call.command.span, text, fix)._replace(severity=Severity.MEDIUM)
            else:
                yield RULE.at(call.command.span, f"{call.manager} asks, and nobody answers", fix)


def _is_local(call: PackageCall) -> bool:
    names = [word.value for word in call.packages]
    return call.manager == "apt" and bool(names) and all("/" in name and name.endswith(".deb") for name in names)


def _answered(call: PackageCall, flags: list[str]) -> bool:
    if any(word.value in flags or word.value.split("=")[0] in flags for word in call.command.argv):
        return True
    if any("$" in word.value for word in call.command.argv):
        return True
    short = {flag[1] for flag in flags if len(flag) == 2}
    clusters = [f for f in call.flags if f[:1] == "-" and f[1:].isalpha()]
    # -qq, written apart too: `apt-get -q -q`.
    twice = {flag[1] for flag in flags if len(flag) == 3 and flag[1] == flag[2]}
    if any("".join(clusters).count(letter) > 1 for letter in twice):
        return True
    return call.manager != "pacman" and any(letter in cluster for cluster in clusters for letter in short)


def _configured(model: Model) -> bool:
    return model.text_has("assume-yes") or model.text_has("assumeyes")


RULE = Rule(
    code="JT410",
    name="unanswered-question",
    group="runtime",
    message="a package manager asks, and nobody answers",
    check=check,
    triggers=("install", "upgrade", "update", "remove", "pacman", "zypper"),
    severity=Severity.HIGH,
    foreign=(
        "DL3014",
        "DL3030",
        "DL3034",
        "DL3038",
        "DS-0021",
        "77783205-c4ca-4f80-bb80-c777f267c547",
        "7ebd323c-31b7-4e5b-b26f-de5e9e477af8",
        "6e19193a-8753-436d-8a09-76dcff91bb03",
        "45e1fca5-f90e-465d-825f-c2cb63fa3944",
    ),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install curl\n",
            after="FROM debian:bookworm\nRUN apt-get update && apt-get -y install curl\n",
            lines=(2,),
        ),
        Example(
            before="FROM fedora:40\nRUN dnf install curl\n",
            after="FROM fedora:40\nRUN dnf -y install curl\n",
            lines=(2,),
        ),
        Example(
            before="FROM quay.io/fedora/fedora-minimal:42\nRUN microdnf install curl\n",
            after="FROM quay.io/fedora/fedora-minimal:42\nRUN microdnf -y install curl\n",
            lines=(2,),
        ),
        Example(before="FROM redhat/ubi9-minimal\nRUN microdnf update && microdnf install curl\n"),
        Example(before="FROM continuumio/miniconda3\nRUN conda install numpy && mamba create -n a python=3.12\n"),
        Example(before="FROM debian:bookworm\nRUN apt-get install -yqq curl && yes | apt-get install vim\n"),
    ),
)
