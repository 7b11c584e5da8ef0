"""jemalloc is installed and nothing loads it.

The package alone changes nothing: the program must be started with the library in LD_PRELOAD (or be linked with it).

Source: jemalloc documentation, "Getting Started"; Rails' generated Dockerfile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for an install of jemalloc in the final image when nothing preloads it."""
    if model.text_has("ld_preload") or model.text_has("with-jemalloc") or model.text_has("malloc_conf"):
        return
    starts = model.start_commands()
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            name = next(
                (w for w in call.packages if "jemalloc" in w.value and not w.value.endswith(("-dev", "-devel"))), None
            )
            if call.action == "install" and name is not None and starts and model.text_has("ruby"):
                yield RULE.at(name.span)
                return


RULE = Rule(
    code="JT446",
    name="jemalloc-not-loaded",
    group="runtime",
    message="jemalloc is installed and no LD_PRELOAD loads it",
    check=check,
    triggers=("jemalloc",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    foreign=("tally/ruby/jemalloc-installed-but-not-preloaded",),
    examples=(
        Example(
            before='FROM ruby:3.4-slim\nRUN apt-get update && apt-get install -y libjemalloc2\nCMD ["ruby", "a.rb"]\n',
            lines=(2,),
        ),
        Example(
            before='FROM ruby:3.4-slim\nRUN apt-get update && apt-get install -y libjemalloc2\nENV LD_PRELOAD=libjemalloc.so.2\nCMD ["ruby", "a.rb"]\n'
        ),
    ),
)
