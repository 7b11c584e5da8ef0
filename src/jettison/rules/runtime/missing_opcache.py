"""A PHP web server without OPcache.

PHP compiles every file on every request; OPcache keeps the result, which makes most applications two to four times
faster. The official images contain it from PHP 8.5 on; before, `docker-php-ext-install opcache` (or
`docker-php-ext-enable opcache`) turns it on.

Source: PHP manual, "OPcache"; PHP 8.5 migration notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_NEW: Final = re.compile(r"(?:8\.(?:[5-9]|\d\d)|9|\d\d)\b")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a final image on php's web variants in which nothing names OPcache."""
    final = model.final
    if final is None or (final.name and any(word in final.name for word in ("dev", "test", "debug", "ci"))):
        return
    base = model.lineage(final)[0].base
    tag = base.tag or ""
    if base.name != "php" or base.unresolved or not ("fpm" in tag or "apache" in tag):
        return
    # Without a version the tag is the newest release, which has it.
    if not tag[:1].isdigit() or _NEW.match(tag) or model.text_has("opcache"):
        return
    if any(node.keyword == "COPY" and any(".ini" in w.value for w in node.words) for node in final.instructions):
        return
    yield RULE.at(model.lineage(final)[0].base.span)


RULE = Rule(
    code="JT444",
    name="missing-opcache",
    group="runtime",
    message="PHP compiles every file on every request: OPcache is not enabled",
    check=check,
    triggers=("php",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    foreign=("tally/php/enable-opcache-in-production",),
    differs="Images of PHP 8.5 and later contain OPcache and are not reported.",
    examples=(
        Example(before="FROM php:8.3-fpm\nCOPY . /app\n", lines=(1,)),
        Example(before="FROM php:8.3-fpm\nRUN docker-php-ext-install opcache\n"),
        Example(before="FROM php:8.5-apache\nCOPY . /app\n"),
    ),
)
