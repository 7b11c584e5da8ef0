"""The package manager installs recommended packages too.

apt, dnf and zypper install what a package recommends, often several times the size of what was asked for.
`--no-install-recommends` (dnf: `--setopt=install_weak_deps=False`, zypper: `--no-recommends`) installs what is needed;
what the program really uses of the rest is then named, and so visible. That can change what the image holds, so the
fix is not a safe one. A setting of the same in apt.conf or dnf.conf is seen.

Source: apt-get(8), --no-install-recommends; dnf.conf(5), install_weak_deps; zypper(8), --no-recommends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Confidence, Finding, Fix, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

# How the setting is written, as a flag or in a file of settings.
_SETTINGS: Final = (
    "install-recommends",
    "install_weak_deps",
    "no-recommends",
    "solver.onlyrequires",
    "without-recommends",
)
_IN_FILES: Final = ("apt::install-recommends", "install_weak_deps=", "solver.onlyrequires")

# `apt-get -f install` after `dpkg -i` installs what the package depends on, and what those recommend.
_REPAIRS: Final = frozenset(("-f", "-fy", "-yf", "--fix-broken"))


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each install of the final image with recommendations on."""
    set_before = [setting for setting in _IN_FILES if model.text_has(setting)]
    for run in model.every_run:
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            flag = MANAGERS[call.manager].get("recommended")
            if not flag or call.action != "install" or _off(call.flags):
                continue
            if not call.packages and not _REPAIRS.intersection(call.flags):
                continue
            if any(_set_for(call.manager, setting) for setting in set_before):
                continue
            yield RULE.at(
                call.command.span,
                f"{call.manager} installs recommended packages too",
                _fix(run, call, flag),
                Impact(bytes_saved=(1_000_000, 100_000_000)),
            )


def _off(flags: tuple[str, ...]) -> bool:
    return any(setting in flag.lower() for flag in flags for setting in _SETTINGS)


def _set_for(manager: str, setting: str) -> bool:
    return setting.startswith("apt::") == (manager == "apt")


def _fix(run: Run, call: PackageCall, flag: str) -> Fix | None:
    verbs = {verb for verb, action in MANAGERS[call.manager]["actions"].items() if action == "install"}
    words = next((i for i, word in enumerate(call.command.argv) if i and word.value in verbs), 0)
    if not words or run.has_error or run.instruction.form != "shell":
        return None
    return Fix("Install only what is needed", (insert_word(call.command, words + 1, flag),), UNSAFE)


RULE = Rule(
    code="JT106",
    name="recommended-packages",
    group="size",
    message="the package manager installs recommended packages too",
    check=check,
    triggers=("apt", "dnf", "zypper"),
    confidence=Confidence.MEDIUM,
    foreign=("DL3015", "DS-0029", "7384dfb2-fcd1-4fbf-91cd-6c44c318c33c"),
    differs="A setting in apt.conf counts as well as the flag.",
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
            after="FROM debian:bookworm\nRUN apt-get update && apt-get install --no-install-recommends -y curl && rm -rf /var/lib/apt/lists/*\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM fedora:41\nRUN dnf -y install curl && dnf clean all\n",
            after="FROM fedora:41\nRUN dnf -y install --setopt=install_weak_deps=False curl && dnf clean all\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nRUN dpkg -i /x.deb || apt-get install -fy\n",
            after="FROM debian:bookworm\nRUN dpkg -i /x.deb || apt-get install --no-install-recommends -fy\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y --no-install-recommends curl\n"),
        Example(
            before="FROM debian:bookworm\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/x\nRUN apt-get install -y curl\n"
        ),
    ),
)
