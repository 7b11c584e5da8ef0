"""Xdebug in the image that runs.

It slows every request, often twofold and more, even idle, and an open debug port lets who reaches it run code.
Install it in a stage for development that starts from the production stage.

Source: Xdebug documentation, "Installation" and "xdebug.mode".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_INSTALLERS: Final = frozenset(
    ("pecl", "docker-php-ext-enable", "docker-php-ext-install", "install-php-extensions", "pie")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each command that installs or enables Xdebug in a production image."""
    final = model.final
    if final is None or "devcontainer" in model.path:
        return
    if final.name and any(word in final.name for word in ("dev", "test", "debug", "ci", "local")):
        return
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for command in run.commands:
            words = command.arguments
            system = command.name in ("apt", "apt-get", "apk", "dnf", "yum", "microdnf")
            takes = command.name in _INSTALLERS or (system and ("install" in words or "add" in words))
            conditional = command.in_condition or command.operator_before == "||"
            if (
                takes
                and not conditional
                and not {"uninstall", "remove"}.intersection(words)
                and any("xdebug" in w for w in words)
            ):
                yield RULE.at(command.span)
                return


RULE = Rule(
    code="JT445",
    name="xdebug-in-image",
    group="runtime",
    message="Xdebug is in the image that runs: it slows every request",
    check=check,
    triggers=("xdebug",),
    effort=Effort.MEDIUM,
    foreign=("tally/php/no-xdebug-in-final-image",),
    differs="Installs under a condition (an argument that turns Xdebug on) are not reported.",
    examples=(
        Example(before="FROM php:8.3-fpm\nRUN pecl install xdebug && docker-php-ext-enable xdebug\n", lines=(2,)),
        Example(before="FROM php:8.3-fpm AS dev\nRUN pecl install xdebug\n"),
        Example(before="FROM php:8.3-fpm\nARG DEBUG=0\nRUN if [ $DEBUG = 1 ]; then pecl install xdebug; fi\n"),
    ),
)
