"""How values reach an engine's client: by its environment, for every user of a machine may read the words of a command.

Source: docker build --build-arg and docker run --env, podman-build(1) and podman-run(1): a name without a value has that of
the client's environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# What the clients, the runtime they are written in, or the loader of programs go by: there it would change the client.
_OF_CLIENTS: Final = ("BUILDAH_", "BUILDKIT_", "BUILDX_", "CONTAINERS_", "DOCKER_CLI_", "DOCKER_CONTENT_TRUST", "DOCKER_TLS", "LC_", "LD_", "OTEL_", "PODMAN_", "XDG_")  # fmt: skip
_NAMES: Final = frozenset((
    "ALL_PROXY", "CONTAINER_CONNECTION", "CONTAINER_HOST", "CONTAINER_PROXY", "CONTAINER_SSHKEY", "DOCKER_API_VERSION",
    "DOCKER_AUTH_CONFIG", "DOCKER_BUILDKIT", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_CUSTOM_HEADERS",
    "DOCKER_DEFAULT_PLATFORM", "DOCKER_HOST", "GOCOVERDIR", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "HOME",
    "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LOGNAME", "NO_COLOR", "NO_PROXY", "PATH", "REGISTRY_AUTH_FILE", "SHELL", "SSH_ASKPASS",
    "SSH_AUTH_SOCK", "SSL_CERT_DIR", "SSL_CERT_FILE", "STORAGE_DRIVER", "STORAGE_OPTS", "TERM", "TMPDIR", "TZ", "USER",
))  # fmt: skip


def handed_over(option: str, values: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return the words that give a client some variables or arguments, and what its environment has to have for them."""
    words: list[str] = []
    environment: dict[str, str] = {}
    for name, value in values.items():
        if _is_of_clients(name) or "\0" in value:
            words += [option, f"{name}={value}"]
        else:
            words += [option, name]
            environment[name] = value
    return words, environment


def _is_of_clients(name: str) -> bool:
    upper = name.upper()
    return upper in _NAMES or upper.startswith(_OF_CLIENTS)
