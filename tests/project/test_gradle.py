"""Gradle builds: the name of what they write, in the forms that build files take."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.model.context import BuildContext
from jettison.project.gradle import gradle
from jettison.project.recognise import recognise
from jettison.project.service import Service
from jettison.project.tree import Tree

MAIN = "package a.b;\npublic class Main { public static void main(String[] args) {} }\n"
NAMED = {"settings.gradle": "rootProject.name = 'stock'\n"}


def context(folder: Path, files: dict[str, str]) -> BuildContext:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return BuildContext(str(folder), "Dockerfile", None, None)


def services(folder: Path, files: dict[str, str]) -> tuple[Service, ...]:
    return recognise(context(folder, files))


@pytest.mark.parametrize(
    ("files", "jar"),
    [
        ({**NAMED, "build.gradle": "version = '1.0'\n"}, "stock-1.0.jar"),
        ({**NAMED, "build.gradle": "version '1.0-SNAPSHOT'\n"}, "stock-1.0-SNAPSHOT.jar"),
        ({**NAMED, "build.gradle": 'group "x"\nversion "2"\n'}, "stock-2.jar"),
        ({"settings.gradle.kts": 'rootProject.name = "stock"\n', "build.gradle.kts": 'version = "3"\n'}, "stock-3.jar"),
        ({**NAMED, "build.gradle": "", "gradle.properties": "version=4.5\n"}, "stock-4.5.jar"),
        ({**NAMED, "build.gradle": "plugins { id 'org.springframework.boot' version '3.4.0' }\n"}, "stock.jar"),
        # Gradle takes the folder's name, and the build runs in /src.
        ({"build.gradle": "version = '1'\n"}, "src-1.jar"),
        ({**NAMED, "build.gradle": "version = '1'\nbootJar { archiveFileName = 'app.jar' }\n"}, "app.jar"),
        ({**NAMED, "build.gradle.kts": 'tasks.jar { archiveFileName.set("x.jar") }\n'}, "x.jar"),
        ({**NAMED, "build.gradle": "archivesBaseName = 'shop'\nversion = '1'\n"}, "shop-1.jar"),
        ({**NAMED, "build.gradle": "plugins { id 'com.gradleup.shadow' version '8' }\nversion = '1'\n"}, "stock-1-all.jar"),
    ],
)  # fmt: skip
def test_names_of_archives(files: dict[str, str], jar: str, tmp_path: Path) -> None:
    assert gradle(Tree(context(tmp_path, files))).jar == jar


@pytest.mark.parametrize(
    "plugin",
    [
        "plugins { id 'application' }\nmainClassName = 'a.b.Main'\n",
        "apply plugin: 'application'\napplication { mainClass = 'a.b.Main' }\n",
        'plugins {\n    application\n}\napplication {\n    mainClass.set("a.b.Main")\n}\n',
    ],
)
def test_an_application_is_started_with_the_libraries_beside_it(plugin: str, tmp_path: Path) -> None:
    (service,) = services(tmp_path, {**NAMED, "build.gradle": plugin, "src/main/java/a/b/Main.java": MAIN})
    assert service.program.start == ("java", "-cp", "/app/lib/*", "a.b.Main")
    assert service.program.artefacts == (("build/install/stock/lib", "lib"),)
    assert service.program.names["gradle_task"] == "installDist"
    assert service.program.notes == ()


def test_a_project_of_a_build_is_built_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    files = {
        "settings.gradle": "rootProject.name = 'all'\ninclude 'lib', ':app'\n",
        "lib/build.gradle": "apply plugin: 'java-library'\n",
        "lib/src/main/java/a/L.java": "package a; class L {}\n",
        "app/build.gradle": "plugins { id 'application' }\n",
        "app/src/main/java/a/b/Main.java": MAIN,
    }
    (service,) = services(tmp_path, files)
    assert service.folder == ""
    assert service.program.artefacts == (("app/build/install/app/lib", "lib"),)
    assert service.program.start[-1] == "a.b.Main"


def test_builds_side_by_side_stay_apart(tmp_path: Path) -> None:
    one = {"settings.gradle": "", "build.gradle": "plugins { id 'application' }\n", "src/main/java/a/b/Main.java": MAIN}
    files = {f"{folder}/{path}": text for folder in ("one", "two") for path, text in one.items()}
    assert [service.folder for service in services(tmp_path, files)] == ["one", "two"]
