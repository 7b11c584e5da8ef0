"""Kinds that are not built here: recognised, generated, free of findings, accepted by the engine's own frontend."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from kinds import PROJECTS

from jettison.engine.base import BuildRequest, Engine
from jettison.errors import BuildError
from jettison.generate.compose import compose
from jettison.generate.plan import make_plan
from jettison.generate.project_files import Generated, generate
from jettison.knowledge.ecosystem import AIMS, ecosystems
from jettison.model.context import BuildContext
from jettison.project.recognise import recognise
from jettison.project.tree import Tree

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "init"
EVERY = [*PROJECTS, *sorted({path.name for path in EXAMPLES.iterdir()} - set(PROJECTS))]


def made_for(name: str, folder: Path, aim: str = "small", link: bool = False) -> Generated:
    """Return what is generated for a project of the table or of the examples."""
    root = EXAMPLES / name if name not in PROJECTS else folder
    for path, text in PROJECTS.get(name, {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    context = BuildContext(str(root), "Dockerfile", None, None)
    return generate(str(root), make_plan(recognise(context)[0], Tree(context), aim=aim, link=link))


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("name", PROJECTS)
def test_every_kind_is_generated_without_findings(name: str, aim: str, tmp_path: Path) -> None:
    made = made_for(name, tmp_path, aim)
    assert made.plan.service.ecosystem.name == name
    assert [(finding.code, finding.message) for finding in made.findings] == []


def test_every_ecosystem_has_a_project() -> None:
    seen = set()
    for path in EXAMPLES.iterdir():
        seen.add(recognise(BuildContext(str(path), "Dockerfile", None, None))[0].ecosystem.name)
    assert seen | set(PROJECTS) == set(ecosystems())


@pytest.mark.parametrize("name", EVERY)
def test_compose_file_is_what_was_meant(name: str, tmp_path: Path) -> None:
    plan = made_for(name, tmp_path).plan
    data = yaml.safe_load(compose([plan]))
    (service,) = data["services"].values()
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["mem_limit"] and service["pids_limit"]
    assert service.get("ports", []) == ([f"{plan.port}:{plan.port}"] if plan.port else [])
    for volume in service.get("volumes", []):
        assert volume.split(":")[0] in data["volumes"]


@pytest.mark.engine
def test_the_frontend_reads_every_line(engine: Engine, tmp_path: Path) -> None:
    """All files are read at once: their stages are not needed by the last one, so no base is pulled."""
    texts = []
    for name in EVERY:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for aim in AIMS:
            text = made_for(name, folder, aim, engine.features.link).content("Dockerfile").decode()
            prefix = f"s{len(texts)}-"
            for stage in ("build", "pages"):
                text = text.replace(f" AS {stage}\n", f" AS {prefix}{stage}\n").replace(
                    f"--from={stage} ", f"--from={prefix}{stage} "
                )
            texts.append(text)
    end = "\nFROM scratch\nCOPY mark /mark\n"
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "mark").write_text("x")
    tag = "jettison/test:frontend"
    try:
        engine.build(BuildRequest(str(tmp_path / "context"), ("\n".join(texts) + end).encode(), None, tag))
        # The same way finds a line that the frontend does not accept.
        wrong = texts[0].replace("COPY ", "COPY --no-such-flag ", 1)
        with pytest.raises(BuildError):
            engine.build(BuildRequest(str(tmp_path / "context"), (wrong + end).encode(), None, tag))
    finally:
        engine.remove_image(tag)
