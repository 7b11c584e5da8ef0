"""What a Dockerfile frontend understands, found out by building files of a few bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jettison.engine.base import BuildRequest, FrontendFeatures
from jettison.errors import BuildError

if TYPE_CHECKING:
    from jettison.engine.base import Engine

# Each stage needs no base image, no network and no shell. The RUN is only parsed: its stage is not
# needed for the result, so nothing runs.
_LINES = {
    "heredoc": "FROM scratch\nCOPY <<EOF /heredoc\ntext\nEOF\n",
    "mounts": 'FROM scratch AS unused\nRUN --mount=type=cache,target=/c ["/none"]\nFROM scratch\nCOPY p /p\n',
    "link": "FROM scratch\nCOPY --link p /p\n",
    "chmod": "FROM scratch\nCOPY --chmod=0644 p /p\n",
}


def probe_features(engine: Engine) -> FrontendFeatures:
    """Return the features that `engine` accepts: one build where it knows all, else one for each.

    Raises EngineError when the engine cannot be asked.
    """
    with tempfile.TemporaryDirectory(prefix="jettison-probe-") as name:
        context = Path(name)
        (context / "p").write_bytes(b"p")
        everything = _LINES["mounts"] + "COPY --link --chmod=0644 p /q\n" + "COPY <<EOF /heredoc\ntext\nEOF\n"
        if _builds(engine, context, everything):
            return FrontendFeatures(heredoc=True, mounts=True, link=True, chmod=True)
        return FrontendFeatures(**{key: _builds(engine, context, text) for key, text in _LINES.items()})


def _builds(engine: Engine, context: Path, dockerfile: str) -> bool:
    tag = engine.tag("probe")
    try:
        engine.build(BuildRequest(context, dockerfile.encode(), tag, dockerignore=b"", timeout=60.0))
    except BuildError:
        return False
    engine.remove_image(tag)
    return True
