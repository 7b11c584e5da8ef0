"""The stages that make something: front ends, dependencies, the program."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from jettison.generate.instructions import apt_lines, env_lines, link_flag, run_line
from jettison.generate.plan import Plan, make_plan


def builds(plan: Plan) -> bool:
    """Return whether anything is made in a stage of its own."""
    one = plan.service.ecosystem.build
    return bool(one.base) and bool(install_commands(plan) or _build(plan))


def asset_stages(plan: Plan) -> Iterable[list[str]]:
    """Yield a stage for each front end that is built for this service."""
    for number, front in enumerate(plan.service.assets):
        inner = make_plan(
            front, plan.tree.below(front.folder) if front.folder else plan.tree, mounts=plan.mounts, link=plan.link
        )
        name = asset_stage_name(number)
        copied = f"{front.folder}/" if front.folder else ""
        lines = [
            f"# {name} makes the pages: {front.title}.",
            f"FROM {inner.build_base} AS {name}",
            f"WORKDIR {inner.service.ecosystem.build.workdir}",
        ]
        lines += _steps(inner, copied)
        yield lines


def asset_stage_name(number: int) -> str:
    """Return the name of the stage of one front end."""
    return "pages" if number == 0 else f"pages{number + 1}"


def build_stage(plan: Plan) -> Iterable[list[str]]:
    """Yield the stage that makes the program; none when nothing is made."""
    if not builds(plan):
        return
    one = plan.service.ecosystem.build
    what = (
        "pages"
        if plan.service.web_root
        else "program"
        if not plan.service.ecosystem.run.carries_source
        else "dependencies"
    )
    lines = [
        f"# build makes the {what}; nothing of it is shipped but what is copied below.",
        f"FROM {plan.build_base} AS build",
    ]
    if one.user:
        lines.append(f"USER {one.user}")
    lines.append(f"WORKDIR {one.workdir}")
    # What PHP's extensions are compiled with is needed where they are.
    compiled = () if plan.service.extensions else plan.service.build_packages
    packages = tuple(dict.fromkeys((*one.packages, *compiled)))
    if packages:
        lines += ["# Distribution packages that the build needs.", *apt_lines(packages)]
    if one.tool_copy:
        image, source, target = one.tool_copy
        lines.append(f"COPY {link_flag(plan)}--from={image} {source} {target}")
    lines += env_lines(plan, one.env)
    setup = plan.commands(one.setup)
    if setup:
        lines.append(run_line(plan, setup, caches=any("install" in command for command in setup)))
    lines += _steps(plan, "")
    yield lines


def _steps(plan: Plan, prefix: str) -> list[str]:
    """Return the lines that install, copy the sources and build. prefix: the folder of the context, with a slash."""
    one = plan.service.ecosystem.build
    lines: list[str] = []
    install, made = install_commands(plan), _build(plan)
    manifests = [f"{prefix}{path}" for pattern in one.manifests for path in plan.tree.matching(pattern)]
    by_folder: dict[str, list[str]] = {}
    for path in manifests:
        by_folder.setdefault(posixpath.dirname(path.removeprefix(prefix)), []).append(path)
    if install:
        lines.append("# What is declared changes less often than the sources: its layer is kept until it does.")
        lines += [f"COPY {' '.join(paths)} ./{folder + '/' if folder else ''}" for folder, paths in by_folder.items()]
        lines.append(run_line(plan, install))
    if made:
        lines.append(f"COPY {prefix or '.'} {'./' if prefix else '.'}")
        lines.append(run_line(plan, made))
        prune = plan.commands(one.prune)
        if prune and install and not plan.service.web_root and not is_self_contained(plan):
            lines += ["# What only the build needed is taken away again.", run_line(plan, prune)]
    return lines


def is_self_contained(plan: Plan) -> bool:
    """Return whether what is built holds its dependencies already."""
    framework = plan.service.framework
    return framework is not None and framework.self_contained


def install_commands(plan: Plan) -> tuple[str, ...]:
    """Return the commands that install what the manifests declare."""
    one = plan.service.ecosystem.build
    production = one.install_production and not plan.service.program.builds and not plan.service.web_root
    commands = plan.commands(one.install_production if production else one.install)
    if plan.service.ecosystem.language == "node" and not plan.tree.search(
        r'"(?:dev)?[dD]ependencies"\s*:\s*\{\s*"', ("package.json",)
    ):
        return ()
    adds = plan.service.program.adds
    if (adds and "{adds}" not in str(one.install) and plan.service.ecosystem.language == "python") or (
        adds and not any(name in command for command in (*commands, *plan.commands(one.build)) for name in adds)
    ):
        commands = (*commands, f"pip install {' '.join(adds)}")
    return commands


def _build(plan: Plan) -> tuple[str, ...]:
    one = plan.service.ecosystem
    if one.language == "node" and not (plan.service.program.builds or plan.service.web_root):
        return ()
    framework = plan.service.framework
    return (
        *(command.strip() for command in plan.commands(one.build.build)),
        *plan.texts(framework.build if framework else ()),
        *plan.texts(plan.service.program.build),
    )
