"""Package lists stay in the layer.

Installing with apt needs the lists only while it runs. Kept, they stay in the layer for good:
deleting them in a later RUN hides them and frees nothing.

Remove them in the same RUN (`rm`, or `apt-get dist-clean` where apt has it), or keep them out of the layer with a cache mount on /var/lib/apt.

Source: OCI image layer specification, "Whiteouts"; apt-get(8).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Finding, Fix, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import append_command, as_another

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_APT = MANAGERS["apt"]
_LISTS = _APT["lists"]
_CLEANS = frozenset(_APT["lists_clean"])
_REMOVE = f"rm -rf {_LISTS}/*"


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each RUN of the final image that updates lists and leaves them."""
    last = _last_needing(model)
    for run in model.every_run:
        if not model.in_final_image(run.stage) or any(_LISTS.startswith(t.rstrip("/")) for t in run.cache_targets):
            continue
        updates = [call for call in model.facts(run) if call.manager == "apt" and call.action == "update"]
        if not updates or any(_removes(command.name, command.arguments) for command in run.commands):
            continue
        as_root = as_another(model, updates[0].command) or ("" if run.user in ("", "root", "0") else "sudo ")
        command = f"{as_root}{_REMOVE}"
        edit = append_command(model, run, command)
        # A later install that relies on these lists would break; that is update-alone's finding.
        alone = not any(call.manager == "apt" and call.action == "install" for call in model.facts(run))
        safe = edit is not None and not alone and last <= run.instruction.span.start
        fix = Fix("Remove the lists in the same RUN", (edit,), SAFE) if safe and edit else None
        yield RULE.at(updates[0].command.span, fix=fix, impact=Impact(bytes_saved=(18_000_000, 45_000_000)))


def _last_needing(model: Model) -> int:
    """Return the place of the last RUN that installs from lists which an earlier one got."""
    for run in reversed(model.runs):
        actions = [call.action for call in model.facts(run) if call.manager == "apt"]
        if "install" in actions and "update" not in actions:
            return run.instruction.span.start
    return -1


def _removes(name: str, arguments: tuple[str, ...]) -> bool:
    if name in _APT["programs"]:
        return not _CLEANS.isdisjoint(arguments)
    return name in ("rm", "find") and any(_LISTS in argument for argument in arguments)


RULE = Rule(
    code="JT104",
    name="package-lists-left",
    group="size",
    message="apt package lists stay in this layer",
    check=check,
    triggers=("apt",),
    foreign=("DL3009", "DKL-DI-0005", "df746b39-6564-4fed-bf85-e9c44382303c"),
    differs="Lists that `find -delete` or `find -exec rm` removes are gone as well.",
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\n",
            after="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nRUN apt-get update \\\n  && apt-get install -y \\\n     curl\n",
            after="FROM debian:bookworm\nRUN apt-get update \\\n  && apt-get install -y \\\n     curl \\\n     && rm -rf /var/lib/apt/lists/*\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get update\nRUN apt-get install -y curl\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n"),
        Example(
            before="FROM debian:trixie\nRUN set -eux; apt-get update; apt-get install -y curl; apt-get dist-clean\n"
        ),
        Example(
            before="FROM cimg/base:2024.01\nRUN sudo apt-get update && sudo apt-get install -y curl\n",
            after="FROM cimg/base:2024.01\nRUN sudo apt-get update && sudo apt-get install -y curl && sudo rm -rf /var/lib/apt/lists/*\n",
            lines=(2,),
        ),
    ),
)
