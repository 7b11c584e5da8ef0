"""nginx or systemd, stopped by the wrong signal.

nginx takes SIGTERM as "stop at once" and SIGQUIT as "finish what is open"; systemd as process 1 shuts down on
SIGRTMIN+3 alone, so `docker stop` waits ten seconds and kills it.

Source: nginx documentation, "Controlling nginx"; systemd(1), signals.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start
from jettison.rules.starting import first_process, start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_SIGNALS: Final = {
    "nginx": "SIGQUIT",
    "openresty": "SIGQUIT",
    "systemd": "SIGRTMIN+3",
    "init": "SIGRTMIN+3",
}
_NAMES: Final = {"SIGQUIT": ("QUIT", "3"), "SIGRTMIN+3": ("RTMIN+3", "37")}
_WITH_SIGNAL: Final = frozenset(("nginx", "nginxinc/nginx-unprivileged", "openresty/openresty"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when the final image starts nginx or systemd without the signal it wants."""
    final = model.final
    if final is None:
        return
    base = model.lineage(final)[0].base
    commands = model.start_commands()
    nodes = [node for _, node in start_nodes(model, final)]
    if not commands or not nodes or base.name in _WITH_SIGNAL:
        return
    argv = first_process(model, final)
    program = argv[0] if argv else ""
    name = program.rsplit("/", 1)[-1]
    wanted = _SIGNALS.get(name)
    # Busybox and others have an init too; systemd's is started by its path.
    if wanted is None or (
        name == "init" and (program not in ("/sbin/init", "/usr/sbin/init") or "alpine" in base.name)
    ):
        return
    signals = [n for stage in model.lineage(final) for n in stage.instructions if n.keyword == "STOPSIGNAL" and n.words]
    if not signals:
        edit = before_start(model, final, (f"STOPSIGNAL {wanted}",))
        yield RULE.at(
            nodes[0].span, f"{name} finishes its work on {wanted} only", Fix(f"Stop it by {wanted}", (edit,), UNSAFE)
        )
    elif signals[-1].words[0].value.upper().removeprefix("SIG") not in _NAMES[wanted]:
        word = signals[-1].words[0]
        yield RULE.at(
            word.span,
            f"{name} finishes its work on {wanted} only",
            Fix(f"Stop it by {wanted}", (Edit(word.span, wanted),), UNSAFE),
        )


RULE = Rule(
    code="JT442",
    name="wrong-stop-signal",
    group="runtime",
    message="this program finishes its work on another signal",
    check=check,
    triggers=("nginx", "openresty", "systemd", "/init"),
    severity=Severity.LOW,
    foreign=("tally/prefer-nginx-sigquit", "tally/prefer-systemd-sigrtmin-plus-3"),
    differs="The official nginx images set SIGQUIT themselves and are not reported.",
    examples=(
        Example(
            before='FROM debian:12\nCMD ["nginx", "-g", "daemon off;"]\n',
            after='FROM debian:12\nSTOPSIGNAL SIGQUIT\nCMD ["nginx", "-g", "daemon off;"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before='FROM debian:12\nSTOPSIGNAL SIGTERM\nCMD ["/sbin/init"]\n',
            after='FROM debian:12\nSTOPSIGNAL SIGRTMIN+3\nCMD ["/sbin/init"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n'),
    ),
)
