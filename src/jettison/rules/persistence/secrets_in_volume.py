"""A VOLUME on a folder of secrets.

Each `docker run` makes an anonymous volume of it and copies the image's files there: keys then lie in
/var/lib/docker/volumes of every host, and stay when the container is gone.

Leave the VOLUME out. Mount secrets when the container is run: `--mount type=tmpfs`, Compose or Swarm
`secrets`, a Kubernetes Secret.

Source: Docker documentation, "Manage sensitive data with Docker secrets".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_NAMES: Final = frozenset(
    (".ssh", ".aws", ".gnupg", ".kube", ".docker", "secrets", "secret", "credentials", "private", ".azure", ".gcloud")
)
_PATHS: Final = ("/etc/ssl/private", "/etc/pki/tls/private", "/run/secrets", "/var/run/secrets")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such folder."""
    for node in model.instructions("VOLUME"):
        for word in node.words:
            path = word.value.rstrip("/")
            if path.startswith(_PATHS) or path.rsplit("/", 1)[-1].lower() in _NAMES:
                yield RULE.at(word.span, f"{path[:60]} falls into an anonymous volume on every host")


RULE = Rule(
    code="JT536",
    name="secrets-in-volume",
    group="persistence",
    message="a VOLUME on a folder of secrets",
    check=check,
    triggers=("volume",),
    foreign=("DKL-DI-0002",),
    examples=(
        Example(before="FROM debian:bookworm\nVOLUME /root/.ssh /data\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nVOLUME ["/run/secrets"]\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nVOLUME /data /var/lib/secretary\n"),
    ),
)
