"""The stage that is shipped: base, account, files, health check, start."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable
from typing import Final

from jettison.generate.build_stage import asset_stage_name, builds, install_commands, is_self_contained
from jettison.generate.instructions import apt_lines, env_lines, link_flag, run_line
from jettison.generate.plan import Plan
from jettison.knowledge.users import add_user

USER_ID: Final = 10001
WEB_CONFIG: Final = "nginx.conf"
# A virtual machine takes its time; everything else answers soon.
_SLOW_START: Final = frozenset(("java", "elixir"))


def runtime_stage(plan: Plan) -> Iterable[list[str]]:
    """Yield the stage that is shipped."""
    service, run, runtime = plan.service, plan.runs_on.run, plan.runtime
    lines = ["# The image that is shipped." if builds(plan) or service.assets else "# The image."]
    if service.ecosystem.language == "php" and not builds(plan):
        lines.append("# jettison: ignore=JT101 the official images of PHP have no form without the toolchain")
    lines += [
        f"FROM {plan.runtime_base}",
        f"WORKDIR {run.workdir}",
    ]
    packages = tuple(dict.fromkeys((*runtime.packages, *service.run_packages)))
    if packages and not service.extensions:
        lines += ["# Libraries that the program loads.", *apt_lines(packages)]
    if service.extensions:
        lines += _extensions(plan)
    if runtime.user == "create":
        lines += [
            "# An account without rights, home or shell.",
            add_user("debian" if runtime.family == "debian" else "alpine", USER_ID).replace(" && ", " \\\n    && "),
        ]
    setup = plan.texts(run.setup)
    if setup:
        lines += ["# Fitted to an ordinary user and this project's folders.", run_line(plan, setup, caches=False)]
    framework_env = service.framework.env if service.framework else {}
    lines += env_lines(plan, {**run.env, **runtime.env, **framework_env, **service.program.env, **_network_env(plan)})
    lines += _copies(plan)
    lines += _writable(plan)
    lines += [f"USER {_user(plan)}"]
    if run.stop_signal:
        lines.append(f"STOPSIGNAL {run.stop_signal}")
    lines += _ports(plan)
    lines += _start(plan)
    yield lines


def _network_env(plan: Plan) -> dict[str, str]:
    """Return what the sources ask for by the usual names: the port, and the address of all interfaces."""
    asked = plan.service.variables
    env = {"PORT": str(plan.port)} if plan.port and "PORT" in asked else {}
    return {**env, "HOST": "0.0.0.0"} if "HOST" in asked else env


def _copies(plan: Plan) -> list[str]:
    service, workdir = plan.service, plan.runs_on.run.workdir
    lines: list[str] = []
    if service.web_root:
        source = service.web_root
        lines.append("# The pages, and how they are served.")
        lines.append(f"COPY {WEB_CONFIG} /etc/nginx/conf.d/default.conf")
        lines.append(
            f"COPY {link_flag(plan)}--from=build {posixpath.join(service.ecosystem.build.workdir, source)} ./"
            if builds(plan)
            else f"COPY {source} ./"
        )
    else:
        lines += _program_copies(plan)
    for number, front in enumerate(service.assets):
        inside = posixpath.join(front.folder, front.web_root)
        made = posixpath.join(front.ecosystem.build.workdir, front.web_root)
        lines.append(
            f"COPY {link_flag(plan)}--from={asset_stage_name(number)} {made} {posixpath.join(workdir, inside)}"
        )
    if plan.runtime.certificates:
        lines.append(f"COPY {link_flag(plan)}--from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/")
    copy = _probe(plan)[1]
    if copy and plan.port:
        lines += [
            "# One small program, so that the image can be asked how it is.",
            f"COPY {link_flag(plan)}--from={copy[0]} {copy[1]} {copy[2]}",
        ]
    return lines


def _program_copies(plan: Plan) -> list[str]:
    service, one = plan.service, plan.service.ecosystem
    framework = service.framework
    own = service.program.artefacts + (framework.artefacts if framework else ())
    lines: list[str] = []
    made_here = builds(plan)
    carried = list(one.build.artefacts) if made_here and not is_self_contained(plan) else []
    if one.language == "java" and own:
        carried = []
    replaces = bool(framework and framework.artefacts and service.program.builds)
    for source, target in carried:
        if one.language == "node" and not install_commands(plan):
            continue
        lines.append(f"COPY {link_flag(plan)}--from=build {plan.text(source)} {plan.text(target)}")
    if one.run.carries_source and not replaces:
        lines.append("COPY . .")
    for source, target in own if made_here else ():
        for path in _there(plan, source):
            at = posixpath.normpath(posixpath.join(plan.runs_on.run.workdir, plan.text(target)))
            lines.append(
                f"COPY {link_flag(plan)}--from=build {posixpath.normpath(posixpath.join(one.build.workdir, path))} {at}{'/' if target == '.' and '*' in source else ''}"
            )
    for path in service.program.data:
        lines.append(f"COPY {path} {posixpath.join(plan.runs_on.run.workdir, path)}")
    return lines


def _there(plan: Plan, source: str) -> tuple[str, ...]:
    """Return an artefact, but for a part of the sources that this project does not have."""
    text = plan.text(source)
    if "*" in text:
        return plan.tree.matching(text)
    optional = text in ("public", "build") and not plan.service.program.builds
    return () if (text == "public" or optional) and not plan.tree.has_folder(text) else (text,)


def _extensions(plan: Plan) -> list[str]:
    service = plan.service
    install = f'docker-php-ext-install -j"$(nproc)" {" ".join(sorted(service.extensions))}'
    compiled = sorted(service.build_packages)
    kept = sorted(set(service.run_packages))
    if not compiled and not kept:
        return ["# Extensions that are not enabled by themselves.", f"RUN {install}"]
    lines = ["# Extensions that composer.json asks for, their libraries, and for a moment what they are compiled with.",
             "# jettison: ignore=JT611 Debian keeps only the newest version of a package", "RUN apt-get update \\",
             "    && apt-get install -y --no-install-recommends \\"]  # fmt: skip
    lines += [f"        {name} \\" for name in sorted((*compiled, *kept))]
    lines.append(f"    && {install} \\")
    if compiled:
        lines.append(f"    && apt-get purge -y {' '.join(compiled)} \\")
    return [*lines, "    && rm -rf /var/lib/apt/lists/*"]


def _writable(plan: Plan) -> list[str]:
    if not plan.writable or plan.runtime.family == "none":
        return []
    paths = " ".join(plan.volumes)
    return ["# The program writes here, and nowhere else.", f"RUN mkdir -p {paths} && chown {_user(plan)} {paths}"]


def _user(plan: Plan) -> str:
    return f"{USER_ID}:{USER_ID}" if plan.runtime.user == "create" else plan.runtime.user


def _ports(plan: Plan) -> list[str]:
    if not plan.port:
        return ["# It opens no port; whoever starts it sees by its end that something is wrong.", "HEALTHCHECK NONE"]
    slow = plan.service.ecosystem.language in _SLOW_START and not plan.service.web_root
    timing = f"--interval=30s --timeout=5s --start-period={'60s' if slow else '15s'} --retries=3"
    argv = [_interpreted(plan, word) if n == 0 else word for n, word in enumerate(plan.texts(_probe(plan)[0]))]
    return [f"EXPOSE {plan.port}", f"HEALTHCHECK {timing} \\", f"    CMD {json.dumps(argv)}"]


def _probe(plan: Plan) -> tuple[tuple[str, ...], tuple[str, str, str] | None]:
    """Return what asks for the health: a path that is known to answer, else whether the port is open."""
    probe = plan.runs_on.probe
    if plan.health and plan.health != "tcp":
        return probe.argv, probe.copy
    return probe.tcp_argv or probe.argv, probe.tcp_copy or probe.copy


def _interpreted(plan: Plan, program: str) -> str:
    interpreter = plan.runtime.interpreter
    return (
        interpreter if interpreter and posixpath.basename(program) in ("python", "python3", "node", "java") else program
    )


def start_command(plan: Plan) -> tuple[str, ...]:
    """Return the words that start the program."""
    framework = plan.service.framework
    words = plan.texts(plan.service.program.start or (framework.start if framework else ()) or plan.runs_on.run.start)
    interpreter = plan.runtime.interpreter
    if not interpreter:
        return words
    if posixpath.basename(words[0]) in ("python", "python3", "node", "java"):
        return (interpreter, *words[1:])
    # A script of the environment names an interpreter that is not there: its module is started instead.
    return (interpreter, "-m", *words) if plan.service.ecosystem.language == "python" else (interpreter, *words)


def _start(plan: Plan) -> list[str]:
    if plan.service.web_root:
        # The web server's image knows how to start it.
        return []
    words = list(start_command(plan))
    if plan.runtime.interpreter or plan.runs_on.run.start_is_entry:
        return [f"ENTRYPOINT {json.dumps(words)}"]
    return [f"CMD {json.dumps(words)}"]
