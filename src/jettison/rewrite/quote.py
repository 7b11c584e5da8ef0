"""Values and paths as words of a Dockerfile."""

from __future__ import annotations

import json
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


def sayable(config: ImageConfig) -> ImageConfig:
    """Return what instructions can say of a configuration, without the labels of how the image was built.

    A value of several lines is left out where it is not written as JSON: the next line would be an instruction.
    """
    labels = tuple((k, v) for k, v in config.labels if not k.startswith(_OF_BUILDS) and _one_line(k + v))
    as_json = config.healthcheck[:1] == ("CMD",)
    return config._replace(
        env=tuple(filter(_one_line, config.env)),
        labels=labels,
        workdir=config.workdir if _one_line(config.workdir) else "",
        user=config.user if _one_line(config.user) else "",
        stop_signal=config.stop_signal if _one_line(config.stop_signal) else "",
        exposed=tuple(filter(_one_line, config.exposed)),
        healthcheck=config.healthcheck if as_json or all(map(_one_line, config.healthcheck)) else (),
    )


def _one_line(text: str) -> bool:
    return not any(c in text for c in "\r\n")


def config_lines(config: ImageConfig) -> str:
    """Return the instructions that give an image on scratch this configuration, as far as they can say it."""
    config = sayable(config)
    env = [f"{name}={quoted(value)}" for name, value in config.env_map.items()]
    lines = ["ENV " + " \\\n    ".join(env)] if env else []
    lines += [f"LABEL {quoted(name)}={quoted(value)}" for name, value in config.labels]
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
    return "".join(f"{line}\n" for line in lines)
