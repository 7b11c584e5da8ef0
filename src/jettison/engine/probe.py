"""What a Dockerfile frontend understands, found out by building files of a few bytes."""

from __future__ import annotations

import os
import secrets
import tempfile
from typing import Final

from jettison.engine.base import BuildRequest, Engine, Features
from jettison.errors import BuildError

# No file needs a base image, the network or a shell. The RUN is only parsed: the result does not
# need its stage.
_MOUNTS: Final = 'FROM scratch AS unused\nRUN --mount=type=cache,target=/c ["/none"]\nFROM scratch\nCOPY p /p\n'
_HEREDOC: Final = "COPY <<EOF /heredoc\ntext\nEOF\n"
_LINK: Final = "COPY --link p /q\n"


def probe_features(engine: Engine) -> Features:
    """Return the features that `engine` accepts: one build where it knows all, else one for each.

    Raises EngineError when the engine cannot be asked.
    """
    with tempfile.TemporaryDirectory(prefix="jettison-probe-") as context:
        with open(os.path.join(context, "p"), "wb") as stream:
            stream.write(b"p")
        if _builds(engine, context, _MOUNTS + _LINK + _HEREDOC):
            return Features(mounts=True, heredoc=True, link=True)
        return Features(
            mounts=_builds(engine, context, _MOUNTS),
            heredoc=_builds(engine, context, "FROM scratch\n" + _HEREDOC),
            link=_builds(engine, context, "FROM scratch\n" + _LINK),
        )


def _builds(engine: Engine, context: str, dockerfile: str) -> bool:
    tag = f"jettison/probe:{secrets.token_hex(4)}"
    try:
        engine.build(BuildRequest(context, dockerfile.encode(), None, tag, timeout_seconds=60.0))
    except BuildError:
        return False
    finally:
        engine.remove_image(tag)
    return True
