"""The RUN that links a Java runtime."""

from __future__ import annotations

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.rewrite.java_runtime import LIST, linked, runtime_stage
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
    assert linked(image(f"{HOME}/bin/jlink", f"{HOME}/jmods/x.jmod", "app/app.jar"), ("java", "Main")) is None
