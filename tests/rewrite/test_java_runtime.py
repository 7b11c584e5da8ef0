"""The RUN that links a Java runtime."""

from __future__ import annotations

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.rewrite.java_runtime import linked

HOME = "usr/lib/jvm/java-17"
START = ("java", "-Xmx64m", "-jar", "app.jar")


def image(*paths: str) -> Image:
    files = {path: FileEntry("file", 1, 0o755, 0, 0, "", 0) for path in paths}
    for path in paths:
        for depth in range(1, path.count("/") + 1):
            files["/".join(path.split("/")[:depth])] = FileEntry("dir", 0, 0o755, 0, 0, "", 0)
    config = ImageConfig((), START, (), "", "/app", (), (), (), (), "", ())
    return Image(config, (), files, {}, {}, {})


def test_a_runtime_is_linked_once_for_the_same_modules_where_a_cache_is_kept() -> None:
    built = image(f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod", "app/app.jar")
    cached, plain = linked(built, START, mounts=True), linked(built, START)
    assert cached is not None and plain is not None
    assert cached.argv == plain.argv == ("/opt/java-runtime/bin/java", "-Xmx64m", "-jar", "app.jar")
    # The name in the cache tells the modules and the release of the JDK; a half-made one never has it.
    assert f'echo "$modules" | cat - /{HOME}/release' in cached.run
    assert 'mv "$made.part" "$made"' in cached.run and "sharing=locked" in cached.run
    assert "--mount" not in plain.run and plain.run.endswith("--output /opt/java-runtime\n")


def test_nothing_is_linked_without_a_full_jdk_or_a_jar() -> None:
    assert linked(image(f"{HOME}/bin/jlink", "app/app.jar"), START) is None
    assert linked(image(f"{HOME}/bin/jlink", f"{HOME}/jmods/java.base.jmod"), START) is None
    assert linked(image(f"{HOME}/bin/jlink", f"{HOME}/jmods/x.jmod", "app/app.jar"), ("java", "Main")) is None
