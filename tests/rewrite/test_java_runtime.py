"""The RUN that links a Java runtime."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.model.dockerfile import build_model
from jettison.rewrite.java_runtime import ANSWERS, LIST, linked, runtime_stage
from jettison.rewrite.java_start import link_java
from jettison.rewrite.pieces import split_final
from jettison.rewrite.start import argv_of
from jettison.syntax.tree import parse

HOME = "usr/lib/jvm/java-17"
START = ("java", "-Xmx64m", "-jar", "app.jar")


def image(*paths: str) -> Image:
    files = {path: FileEntry("file", 1, 0o755, 0, 0, "", 0) for path in paths}
    for path in paths:
        for depth in range(1, path.count("/") + 1):
            files["/".join(path.split("/")[:depth])] = FileEntry("dir", 0, 0o755, 0, 0, "", 0)
    config = ImageConfig((), START, (), "", "/app", (), (), (), (), "", ())
    return Image(config, (), files, {}, {}, {})


def test_the_runtime_is_made_of_the_list_alone() -> None:
    java = linked(image(f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod", "app/app.jar"), START)
    assert java is not None
    assert java.argv == ("/opt/java-runtime/bin/java", "-Xmx64m", "-jar", "app.jar")
    assert java.listing[1].endswith("base /app/app.jar > /opt/java-modules")
    stage = runtime_stage(java, "deps", "java-runtime", "build")
    parsed = parse(stage.encode())
    # Nothing but the list comes from the stage of the program, so nothing else can make this stage anew.
    assert [node.flag("from").value for node in parsed.instructions if node.keyword == "COPY"] == ["build"]
    assert [word.value for node in parsed.instructions if node.keyword == "COPY" for word in node.words] == [LIST, LIST]
    assert "app.jar" not in stage and not parsed.errors


def test_nothing_is_linked_without_a_full_jdk_or_a_jar() -> None:
    assert linked(image(f"{HOME}/bin/jlink", "app/app.jar"), START) is None
    assert linked(image(f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod"), START) is None
    full = image(f"{HOME}/bin/jlink", f"{HOME}/jmods/x.jmod", "app/app.jar", "app/Main.class")
    for words in ("Main.java", "-m x/y.Main", "-jar other.jar", "-cp /none Main", "-cp / Main", "--add-modules x Main"):
        assert linked(full, ("java", *words.split())) is None, words


def test_a_class_path_is_looked_at_as_a_whole() -> None:
    paths = ("app/classes/org/Main.class", "app/classes/org/Main$1.class", "app/classes/a.properties", "app/lib/a.jar")
    full = image(f"{HOME}/bin/jlink", f"{HOME}/jmods/x.jmod", *paths, "app/lib/deep/b.jar", "app/Main.java")
    java = linked(full, ("java", "-Xmx9m", "-cp", "classes:lib/*", "org.Main", "-v"))
    assert java is not None and java.roots == ("/app/classes", "/app/lib/a.jar")
    assert java.listing[1].endswith("base /app/classes /app/lib/a.jar > /opt/java-modules") and not java.mount
    assert java.files == {path for path in paths if path.startswith("app/classes/")}
    assert java.argv == ("/opt/java-runtime/bin/java", "-Xmx9m", "-cp", "classes:lib/*", "org.Main", "-v")


def test_classes_beside_their_sources() -> None:
    paths = ("app/Main.class", "app/Main.java", "app/page.html", "app/.git/HEAD", "app/README.md")
    java = linked(image(f"{HOME}/bin/jlink", f"{HOME}/jmods/x.jmod", *paths), ("java", "Main"))
    assert java is not None and java.roots == ("/app",) and java.files == {"app/Main.class", "app/page.html"}


def test_what_jdeps_said_is_kept_under_all_that_it_depends_on() -> None:
    paths = ("app/pom.xml", "app/target/classes/org/A.class", "app/target/lib/text.jar", "app/target/a.jar")
    java = linked(
        image(f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod", f"{HOME}/release", *paths),
        ("java", "-jar", "target/a.jar"),
        mounts=True,
    )
    assert java is not None and java.mount
    command = java.listing[1]
    digest = command.partition(" | sha256sum")[0]
    assert f"cat /{HOME}/release /app/pom.xml /app/target/lib/*.jar; grep" in digest and digest.endswith(
        "/app | sort -u; }"
    )
    assert command.endswith(f"cp $answer {LIST}")
    assert not parse(f"FROM x\nRUN {java.mount}{command}\n".encode()).errors


def test_what_jdeps_said_is_not_kept_of_a_jar_with_libraries_inside_or_beside() -> None:
    there = (f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod", f"{HOME}/release", "app/classes/org/A.class")
    start = ("java", "-jar", "a.jar")
    for made, size in ((image(*there, "app/a.jar"), 1_000_000), (image(*there, "app/a.jar", "app/b.jar"), 1)):
        made.files["app/a.jar"] = FileEntry("file", size, 0o644, 0, 0, "", 0)
        java = linked(made, start, mounts=True)
        assert java is not None and not java.mount and java.listing[1].endswith(f"base /app/a.jar > {LIST}")


def test_jdeps_is_asked_again_when_and_only_when_something_else_is_named(tmp_path: Path) -> None:
    paths = (f"{HOME}/release", "app/pom.xml", "app/classes/A.class", "app/lib/b.jar", "app/a.jar")
    java = linked(
        image(f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod", *paths), ("java", "-jar", "a.jar"), mounts=True
    )
    assert java is not None and java.mount
    # The command as it is, in folders of this test; what it asks counts how often it is asked.
    command = java.listing[1]
    for place in (f"/{HOME}", "/app", LIST, ANSWERS):
        command = re.sub(rf"{place}\b", f"{tmp_path}{place}", command)
    for path in (f"{HOME}/bin/jdeps", *paths, ANSWERS.strip("/") + "/x", "opt/x"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    jdeps = tmp_path / HOME / "bin" / "jdeps"
    jdeps.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked; wc -l < {tmp_path}/asked\n")
    jdeps.chmod(0o755)

    def asked(path: str, content: bytes) -> int:
        (tmp_path / path).write_bytes(content)
        subprocess.run(["/bin/sh", "-ec", command], check=True)
        return int((tmp_path / LIST.strip("/")).read_text())

    named = b"\0\x01java/lang/Object\0"
    assert asked("app/classes/A.class", named) == 1
    assert asked("app/classes/A.class", named + b"\0\x02") == 1
    assert asked("app/classes/B.class", b"\0java/sql/Driver\0") == 2
    assert asked("app/classes/module-info.class", b"\0java.naming\0") == 3
    assert asked("app/lib/b.jar", b"other") == 4
    assert asked(f"{HOME}/release", b"18") == 5
    assert asked("app/pom.xml", b"<project/>") == 6
    assert asked("app/classes/A.class", named) == 6


@pytest.mark.parametrize(
    ("lines", "keyword"),
    [
        ('ENTRYPOINT ["java", "-jar", "app.jar"]\n', "ENTRYPOINT"),
        ('ENTRYPOINT ["java", "-jar", "app.jar"]\nCMD ["--port", "1"]\n', "ENTRYPOINT"),
        ('CMD ["java", "-jar", "app.jar"]\n', "CMD"),
        # The start of another file, which this one does not say.
        ("EXPOSE 80\n", ""),
    ],
)
def test_the_line_that_starts_java_gets_the_runtime(lines: str, keyword: str) -> None:
    model = build_model(parse(f"FROM jdk\nWORKDIR /app\n{lines}".encode()), None)
    full = image(f"{HOME}/bin/jlink", f"{HOME}/jmods/x.jmod", "app/app.jar")
    scope = model.end_scope(model.stages[-1])
    job = SimpleNamespace(
        pieces=split_final(model), features=SimpleNamespace(mounts=False), without=frozenset(), image=full, java=None,
        config=SimpleNamespace(entrypoint=()), argv=None, start_keyword="CMD",
    )  # fmt: skip
    entry, command = argv_of(model, scope.entrypoint), argv_of(model, scope.cmd)
    link_java(job, entry, command)  # type: ignore[arg-type]
    assert (job.start_keyword if job.java else "") == keyword
    assert job.argv == (["/opt/java-runtime/bin/java", "-jar", "app.jar"] if keyword else None)
