"""The options that confine a container of the proof.

Sources: docker-run(1) and podman-run(1); capabilities(7). What a container gets that is not named here
is the engine's default, with every capability, port and folder taken away.
"""

from __future__ import annotations

import os
import resource
from typing import Final

from jettison.engine.base import RunRequest
from jettison.engine.handed_over import handed_over

LABEL: Final = "dev.jettison.run"
# What a user other than root needs for a port below 1024. A capability of the container is not passed on to a program
# that he starts (capabilities(7)); engines that allow it lower the bound instead.
LOW_PORTS: Final = ("NET_BIND_SERVICE",)
MAX_LOG: Final = "8m"
MAX_FILES: Final = 65536
MAX_PROCESSES: Final = 4096
_CGROUPS_OF_V2: Final = "/sys/fs/cgroup/unified/cgroup.controllers"


def run_options(request: RunRequest, product: str) -> list[str]:
    """Return the options of `run` for one container."""
    options = ["-d", "--name", request.name, "--label", f"{LABEL}=1", "--network", request.network]
    options += ["--network-alias", request.alias] if request.alias else []
    options += ["--hostname", request.hostname] if request.hostname else []
    options += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    for capability in request.capabilities:
        options += ["--cap-add", capability]
    # Engines differ in who may open a port below 1024; the strictest of them is what a proof has to hold for.
    lowest = 0 if request.capabilities == LOW_PORTS else 1024
    options += ["--sysctl", f"net.ipv4.ip_unprivileged_port_start={lowest}"]
    options += ["--memory", str(request.memory_bytes), "--memory-swap", str(request.memory_bytes)]
    options += ["--pids-limit", str(request.pids)]
    if product == "podman":
        options += ["--log-driver", "k8s-file", "--log-opt", f"max-size={MAX_LOG}", *_own_limits()]
    else:
        options += ["--log-driver", "json-file", "--log-opt", f"max-size={MAX_LOG}", "--log-opt", "max-file=1"]
    if request.offline and request.network != "none":
        # An internal network alone still lets names through: the engine's resolver asks this host's.
        # Nobody answers there, so that little patience is needed.
        options += ["--dns", "127.0.0.1", "--dns-opt", "timeout:1", "--dns-opt", "attempts:1"]
    for name, address in request.hosts.items():
        options += ["--add-host", f"{name}:{address}"]
    options += handed_over("-e", request.env)[0]
    options += ["--read-only", "--tmpfs", "/tmp"] if request.read_only else []
    for folder in request.volumes:
        options += ["--volume", folder]
    options += ["--user", request.user] if request.user else []
    options += ["--workdir", request.workdir] if request.workdir else []
    options += ["--entrypoint", request.entrypoint] if request.entrypoint is not None else []
    return [*options, request.image, *request.command]


def _own_limits() -> list[str]:
    """Return options that stay within this process's limits: Podman's defaults may be above them."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MAX_FILES if files == resource.RLIM_INFINITY else min(files, MAX_FILES)
    # The limit of processes that counts is --pids-limit; this one only has to be settable.
    return ["--ulimit", f"nofile={files}:{files}", "--ulimit", f"nproc={MAX_PROCESSES}:{MAX_PROCESSES}"]


def runtime_option(default: str, runc: str | None) -> list[str]:
    """Return Podman's option for a runtime that works here.

    crun refuses machines whose version 2 control groups hold controllers beside those of version 1
    ("cgroups in hybrid mode not supported"); runc runs there.
    """
    if "crun" not in default or runc is None or not os.path.isfile(_CGROUPS_OF_V2):
        return []
    with open(_CGROUPS_OF_V2, encoding="ascii", errors="replace") as stream:
        return ["--runtime", runc] if stream.read().strip() else []
