"""Values and paths as words of a Dockerfile."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from jettison.image.image import ImageConfig

# Labels of how an image was built: of this run, and of Buildah (buildah-commit(1), `io.buildah.version`).
_OF_BUILDS: Final = ("dev.jettison.", "io.buildah.")


def quoted(value: str) -> str:
    """Return a value as one word: quoted where it must be, nothing in it expanded."""
    plain = value and all(c.isalnum() or c in "/._:-+,@%=" for c in value)
    if plain:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


def kept_labels(labels: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the labels that say something of the image, and nothing of how it was built."""
    return [(k, v) for k, v in labels if not k.startswith(_OF_BUILDS) and one_line(k + v)]


def one_line(text: str) -> bool:
    """Return whether a text can stand in an instruction: after a line end the next instruction would begin."""
    return not any(c in text for c in "\r\n")


def config_lines(config: ImageConfig) -> str:
    """Return the instructions that give an image on scratch this configuration.

    What no instruction can say, a value of several lines, is left out.
    """
    env = [f"{name}={quoted(value)}" for name, value in config.env_map.items() if one_line(name + value)]
    lines = [f"LABEL {quoted(name)}={quoted(value)}" for name, value in kept_labels(config.labels)]
    lines += [f"WORKDIR {quoted(config.workdir)}"] if config.workdir else []
    lines += [f"VOLUME {json.dumps(list(config.volumes))}"] if config.volumes else []
    lines += [f"STOPSIGNAL {config.stop_signal}"] if config.stop_signal else []
    lines += [f"EXPOSE {' '.join(port.removesuffix('/tcp') for port in config.exposed)}"] if config.exposed else []
    lines += [f"USER {config.user}"] if config.user else []
    lines += [f"SHELL {json.dumps(list(config.shell))}"] if config.shell else []
    test = config.healthcheck
    if len(test) > 1:
        lines.append(f"HEALTHCHECK CMD {json.dumps(list(test[1:])) if test[0] == 'CMD' else test[1]}")
    lines += [f"ENTRYPOINT {json.dumps(list(config.entrypoint))}"] if config.entrypoint else []
    lines += [f"CMD {json.dumps(list(config.cmd))}"] if config.cmd else []
    first = ["ENV " + " \\\n    ".join(env)] if env else []
    return "".join(f"{line}\n" for line in [*first, *filter(one_line, lines)])
