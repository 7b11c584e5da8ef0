"""Python with pip: a virtual environment from a build stage, the slim image of the same release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from jettison.knowledge.bases import slim_tag
from jettison.knowledge.musl_bases import musl_tag
from jettison.needs.texts import program_texts
from jettison.rewrite.alpine import builds_on_musl
from jettison.rewrite.candidates import Change
from jettison.rewrite.health_probe import probe_words
from jettison.rewrite.multistage import (
    Job,
    NotUnderstood,
    Recipe,
    build_pieces,
    copies_everything,
    kept_packages,
    mounted,
    target_of,
)

VENV: Final = "/opt/venv"
CACHE: Final = "/root/.cache/pip"
_PIP: Final = re.compile(r"\b(?:pip3?|python3? -m pip)\s+install\b")
_USES_SETUPTOOLS: Final = re.compile(rb"\bsetuptools\b|\bpkg_resources\b")
# A distribution that says that it needs setuptools when it runs keeps it.
UNINSTALL: Final = """RUN pip show setuptools | grep -q "^Required-by: ." || pip uninstall -y setuptools; \\
    pip uninstall -y pip
"""
_NO_CACHE: Final = re.compile(r"\s+--no-cache-dir\b")


def recipes(job: Job) -> Iterable[Recipe]:
    """Yield the recipe for a Python project whose requirements are in requirements.txt."""
    base = job.model.stages[0].base
    slim = slim_tag(base.name, base.tag)
    if base.name != "python" or slim is None:
        raise NotUnderstood(f"line {job.pieces.from_.node.start_line}: only full python images are split yet")
    installs = [piece for piece in job.pieces.body if piece.node.keyword == "RUN" and _PIP.search(piece.text)]
    if not installs:
        raise NotUnderstood("no `pip install` was found")
    if any(" -e " in piece.text or "--user" in piece.text or "--target" in piece.text for piece in installs):
        raise NotUnderstood("an editable, user or target install is not carried over yet")
    for run in job.model.runs:
        for command in run.commands:
            if command.name not in (
                "apt-get",
                "apt",
                "pip",
                "pip3",
                "python",
                "python3",
                "rm",
                "set",
                "mkdir",
                "echo",
                "true",
                "cd",
            ):
                raise NotUnderstood(
                    f"line {run.instruction.start_line}: it is not known what `{command.name}` leaves behind"
                )
    changes = []
    if _leaves_installers(job):
        changes.append(Change("installers", "pip and setuptools, which only install, are not shipped"))
    if job.features.mounts and "cache-mounts" not in job.without:
        changes.append(Change("cache-mounts", "pip's downloads survive between builds"))
    if "manifests-first" not in job.without:
        changes.append(Change("manifests-first", "requirements are installed before the source is copied"))
    packages = tuple(dict.fromkeys((*job.evidence.runtime_packages, *kept_packages(job))))
    setup = ""
    if packages:
        setup = (
            "RUN apt-get update \\\n    && apt-get install -y --no-install-recommends "
            f"{' '.join(packages)} \\\n    && rm -rf /var/lib/apt/lists/*\n"
        )
    copies = f"COPY --from=build {VENV} {VENV}\n" + "".join(
        p.text.replace("\r\n", "\n")
        for p in job.pieces.body
        if p.node.keyword in ("COPY", "ADD") and not _only_manifest(p.text)
    )
    health = None
    if job.project.port:
        health = json.dumps(["python", *probe_words("python", job.project, job.project.port)[1:]])
    env = (f'PATH="{VENV}/bin:$PATH"', "PYTHONUNBUFFERED=1")
    recipe = Recipe(
        f"python:{slim}",
        _build_stage(job),
        setup,
        copies,
        None,
        health,
        "10001:10001",
        "",
        env,
        ("PIP_",),
        tuple(changes),
    )
    yield recipe
    musl = musl_tag(base.name, base.tag)
    if musl is not None and builds_on_musl(job, packages):
        yield recipe._replace(base=f"python:{musl}", build_base=f"python:{musl}")


def _leaves_installers(job: Job) -> bool:
    """Return whether nothing of the program is seen to use setuptools when it runs."""
    if "installers" in job.without:
        return False
    if any("/pkg_resources/" in path or "/site-packages/setuptools/" in path for path in job.evidence.opened):
        return False
    context = job.model.context
    if context is None:
        return True
    texts = (context.read(path) for path in ("requirements.txt", *program_texts(context)))
    return not any(_USES_SETUPTOOLS.search(text) for text in texts)


def _only_manifest(text: str) -> bool:
    return text.split()[1:2] == ["requirements.txt"] and len(text.split()) == 3


def _build_stage(job: Job) -> str:
    out = [f'RUN python -m venv {VENV}\nENV PATH="{VENV}/bin:$PATH"\n']
    manifest_copied = False
    for piece in build_pieces(job):
        text = piece.text.replace("\r\n", "\n")
        lead = piece.lead.replace("\r\n", "\n")
        if copies_everything(piece) and not manifest_copied and "manifests-first" not in job.without:
            text = f"COPY requirements.txt {target_of(piece)}\n"
            manifest_copied = True
        elif (
            piece.node.keyword in ("COPY", "ADD") and not _only_manifest(text) and "manifests-first" not in job.without
        ):
            continue
        elif (
            piece.node.keyword == "RUN"
            and _PIP.search(text)
            and job.features.mounts
            and "cache-mounts" not in job.without
        ):
            text = _NO_CACHE.sub("", mounted(job, piece, CACHE))
        out.append(lead + text)
    if _leaves_installers(job):
        out.append(UNINSTALL)
    return "".join(out)
