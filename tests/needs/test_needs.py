"""What an image's program needs, on small images made by hand."""

from __future__ import annotations

import pytest

from jettison.image.elf import Elf
from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.needs.asked import Asked
from jettison.needs.hints import Hints, read_hints
from jettison.needs.needs import Needs, find_needs

NOTHING = Hints({}, frozenset(), frozenset(), False)
MACHINE = (62, 2)
STATUS = """Package: base-files
Status: install ok installed
Version: 1

Package: libc6
Status: install ok installed
Version: 1

Package: tool
Status: install ok installed
Version: 1
Depends: libc6, debconf | debconf-2.0, libtool-dev

Package: debconf
Status: install ok installed
Version: 1

Package: libtool-dev
Status: install ok installed
Version: 1

Package: libplug1
Status: install ok installed
Version: 1
Depends: libc6

Package: unused
Status: install ok installed
Version: 1

Package: python3-setuptools
Status: install ok installed
Version: 1
"""
PACKAGES = "usr/lib/python3/dist-packages"
PRECEDENCE = f"{PACKAGES}/distutils-precedence.pth"
OWNED = {
    "base-files": ["etc/os-release"],
    "libc6": ["usr/lib/libc.so.6", "usr/lib/gconv/BIG5.so"],
    "tool": ["usr/bin/tool", "usr/share/man/man1/tool.1"],
    "debconf": ["usr/bin/debconf"],
    "libtool-dev": ["usr/include/tool.h", "usr/lib/libplug.so"],
    "libplug1": ["usr/lib/libplug.so.1"],
    "unused": ["usr/bin/unused"],
    "python3-setuptools": [PRECEDENCE, f"{PACKAGES}/setuptools/__init__.py"],
}


def image(own: dict[str, int], cmd: tuple[str, ...], elves: dict[str, Elf]) -> Image:
    """Return an image: layer 0 holds the packages, `own` names the layer of each further file."""
    files: dict[str, FileEntry] = {}
    texts = {"var/lib/dpkg/status": STATUS.encode()}
    for package, paths in OWNED.items():
        texts[f"var/lib/dpkg/info/{package}.list"] = "".join(f"/{path}\n" for path in paths).encode()
        for path in (*paths, f"var/lib/dpkg/info/{package}.list"):
            files[path] = FileEntry("file", 100, 0o755, 0, 0, "", 0)
    for path, layer in own.items():
        files[path] = FileEntry("file", 100, 0o755, 0, 0, "", layer)
    for path in list(files):
        parts = path.split("/")
        for depth in range(1, len(parts)):
            files.setdefault("/".join(parts[:depth]), FileEntry("dir", 0, 0o755, 0, 0, "", 0))
    config = ImageConfig((), cmd, ("PATH=/usr/bin:/usr/local/bin",), "", "/app", (), (), (), (), "", ())
    return Image(config, (), files, elves, texts, {})


def needs(own: dict[str, int], cmd: tuple[str, ...], elves: dict[str, Elf], hints: Hints = NOTHING) -> Needs:
    found = find_needs(image(own, cmd, elves), Asked(1), hints)
    assert found is not None
    return found


def elf(*needed: str, loads: tuple[str, ...] = ()) -> Elf:
    return Elf(MACHINE, "", needed, "", (), loads)


LIBRARIES = {"usr/lib/libc.so.6": elf(), "usr/lib/libplug.so.1": elf("libc.so.6")}


def test_the_program_brings_its_package_with_dependencies_but_not_what_only_installing_needs() -> None:
    found = needs({}, ("tool",), {**LIBRARIES, "usr/bin/tool": elf("libc.so.6")})
    assert found.packages == ("base-files", "libc6", "tool")


def test_a_library_of_the_projects_own_program_brings_its_package() -> None:
    found = needs({"app/server": 1}, ("./server",), {**LIBRARIES, "app/server": elf("libplug.so.1")})
    assert found.packages == ("base-files", "libc6", "libplug1")
    assert found.own == ("app/server",)


def test_a_library_that_is_named_in_a_program_counts_as_loaded_later() -> None:
    found = needs(
        {"app/server": 1}, ("./server",), {**LIBRARIES, "app/server": elf("libc.so.6", loads=("libplug.so.1",))}
    )
    assert "libplug1" in found.packages


def test_a_library_that_the_text_names_is_kept() -> None:
    hints = read_hints(['ctypes.CDLL("libplug.so.1")'], {})
    assert "libplug1" in needs({"app/server": 1}, ("./server",), LIBRARIES, hints).packages


def test_a_program_that_the_text_starts_is_kept() -> None:
    hints = read_hints(['subprocess.run(["tool", "--x"])'], {})
    assert "tool" in needs({"app/server": 1}, ("./server",), LIBRARIES, hints).packages
    assert "tool" not in needs({"app/server": 1}, ("./server",), LIBRARIES, read_hints(['x = "tool"'], {})).packages


def test_caches_and_sources_go_and_what_is_started_stays() -> None:
    own = {"app/go.mod": 1, "app/main.go": 1, "app/server": 1, "app/pages/x.html": 1, "root/.cache/x": 1}
    found = needs(own, ("./server",), LIBRARIES)
    assert found.own == ("app/pages/x.html", "app/server")
    assert set(found.unneeded) == {"app/go.mod", "app/main.go", "root/.cache/x"}


@pytest.mark.parametrize("watched", [False, True])
def test_the_loaders_list_is_taken_only_with_a_library_that_it_alone_finds(watched: bool) -> None:
    opened = frozenset(("etc/ld.so.cache",)) if watched else frozenset()
    own = {"app/server": 1, "etc/ld.so.cache": 1, "app/lib/libown.so": 1}
    found = find_needs(image(own, ("./server",), LIBRARIES), Asked(1, opened=opened), NOTHING)
    assert found is not None and found.own == ("app/lib/libown.so", "app/server")
    own["usr/local/lib/libown.so.1"] = 1
    found = find_needs(image(own, ("./server",), LIBRARIES), Asked(1, opened=opened), NOTHING)
    assert found is not None and "etc/ld.so.cache" in found.own


def test_a_configuration_file_that_the_project_changed_is_its_own() -> None:
    found = needs({"usr/bin/tool": 2, "app/server": 1}, ("./server",), LIBRARIES)
    assert "usr/bin/tool" in found.own


def test_what_was_opened_only_adds() -> None:
    opened = find_needs(
        image({"app/server": 1}, ("./server",), LIBRARIES), Asked(1, opened=frozenset(("usr/bin/unused",))), NOTHING
    )
    assert opened is not None and "unused" in opened.packages
    plain = needs({"app/server": 1}, ("./server",), LIBRARIES)
    assert set(plain.packages) < set(opened.packages)


def test_a_front_end_without_its_interpreter_keeps_what_a_text_names() -> None:
    own = {"app/package.json": 1, "app/src/main.js": 1, "app/dist/index.html": 1, "srv/www/index.html": 1}
    assert needs(own, ("tool",), LIBRARIES).own == ("srv/www/index.html",)
    named = read_hints(["root /app/dist;"], {})
    assert needs(own, ("tool",), LIBRARIES, named).own == ("app/dist/index.html", "srv/www/index.html")


def test_a_library_that_is_looked_up_by_its_bare_name_is_kept_with_what_looks_it_up() -> None:
    hints = read_hints(['path = ctypes.util.find_library("plug")'], {})
    assert (hints.found, hints.programs) == ({"plug"}, {"ldconfig"})
    assert "libplug1" in needs({"app/server": 1}, ("./server",), LIBRARIES, hints).packages
    assert "libplug1" not in needs({"app/server": 1}, ("./server",), LIBRARIES).packages


def test_a_folder_that_a_service_was_given_is_made_again_by_its_package_or_carried_over() -> None:
    built = image({"app/server": 1}, ("./server",), LIBRARIES)
    built.files["run/tool"] = FileEntry("dir", 0, 0o755, 33, 0, "", 0)
    built.files["run/mine"] = FileEntry("dir", 0, 0o755, 1000, 0, "", 1)
    built.files["run/left"] = FileEntry("dir", 0, 0o755, 0, 0, "", 1)
    found = find_needs(built, Asked(1), NOTHING)
    assert found is not None
    assert "run/tool" in found.base_files and "run/mine" in found.own
    assert "run/left" in found.unneeded and "run/tool" not in found.own


def test_what_the_package_of_a_copied_runtime_opened_does_not_bring_the_package_back() -> None:
    asked = Asked(1, opened=frozenset(("usr/bin/tool",)), replaced=("usr/lib/libplug.so.1",))
    built = image({"app/server": 1}, ("./server",), LIBRARIES)
    found = find_needs(built, asked, NOTHING)
    assert found is not None and "tool" in found.packages
    built.texts["var/lib/dpkg/info/libplug1.list"] = b"/usr/lib/libplug.so.1\n/usr/bin/tool\n"
    built.texts["var/lib/dpkg/info/tool.list"] = b""
    found = find_needs(built, asked, NOTHING)
    assert found is not None and not {"tool", "libplug1"} & set(found.packages)


def test_an_image_without_dpkg_tells_nothing() -> None:
    bare = Image(ImageConfig((), (), (), "", "", (), (), (), (), "", ()), (), {}, {}, {}, {})
    assert find_needs(bare, Asked(0), NOTHING) is None


def test_time_zones_and_locales_are_asked_for_by_text_and_environment() -> None:
    assert "tzdata" in read_hints(["zoneinfo.ZoneInfo('x')"], {}).packages
    assert "tzdata" in read_hints([], {"TZ": "Europe/Berlin"}).packages
    assert "libc-l10n" in read_hints([], {"LC_ALL": "de_DE.UTF-8"}).packages
    assert read_hints([], {"LANG": "C.UTF-8"}).packages == {}


def test_what_any_start_opens_keeps_no_package_and_what_the_program_opens_does() -> None:
    built = image({}, ("/usr/bin/tool",), {})
    for opened, kept in ((PRECEDENCE,), False), ((PRECEDENCE, f"{PACKAGES}/setuptools/__init__.py"), True):
        found = find_needs(built, Asked(1, opened=frozenset(opened)), NOTHING)
        assert found is not None and ("python3-setuptools" in found.packages) == kept


def test_a_library_that_is_looked_up_by_name_brings_its_version_and_not_what_only_linking_needs() -> None:
    hints = Hints({}, frozenset(), frozenset(), False, found=frozenset(["plug"]))
    packages = needs({}, ("/usr/bin/tool",), {}, hints).packages
    assert "libplug1" in packages and "libtool-dev" not in packages


def test_a_library_that_the_loaders_list_has_by_another_name_is_kept_with_the_linkers_that_find_it() -> None:
    hints = read_hints(['ctypes.util.find_library("other")'], {})
    built = image({"usr/lib/libother.so": 0, "usr/bin/ld": 0, "usr/bin/objdump": 0}, ("/usr/bin/tool",), LIBRARIES)
    built.files["usr/lib/libother.so"] = FileEntry("link", 0, 0o777, 0, 0, "libplug.so.1", 0)
    found = find_needs(built, Asked(1), hints)
    assert found is not None
    assert {"usr/lib/libother.so", "usr/bin/ld", "usr/bin/objdump"} <= set(found.base_files)
    assert "libplug1" in found.packages
    plain = needs({"usr/bin/ld": 0}, ("/usr/bin/tool",), LIBRARIES, read_hints(['find_library("plug")'], {}))
    assert "usr/bin/ld" not in plain.base_files


LINKED = {
    **LIBRARIES,
    "usr/bin/tool": elf("libc.so.6"),
    "usr/lib/libmany.so.1": elf("libc.so.6"),
    "usr/lib/libmore.so.1": elf("libc.so.6"),
}


def linked_image(elves: dict[str, Elf], own: dict[str, int], cmd: tuple[str, ...] = ("tool",)) -> Image:
    """Return the image with libmany1, of two libraries, on which tool and unused depend."""
    built = image(own, cmd, elves)
    for path in ("usr/lib/libmany.so.1", "usr/lib/libmore.so.1", "var/lib/dpkg/info/libmany1.list"):
        built.files[path] = FileEntry("file", 100, 0o644, 0, 0, "", 0)
    built.texts["var/lib/dpkg/info/libmany1.list"] = b"/usr/lib/libmany.so.1\n/usr/lib/libmore.so.1\n"
    status = STATUS.replace("Depends: libc6, debconf", "Depends: libmany1, libc6, debconf")
    status = status.replace("Package: unused\n", "Package: unused\nDepends: libmany1\n")
    status += "\nPackage: libmany1\nStatus: install ok installed\nVersion: 1\n"
    built.texts["var/lib/dpkg/status"] = status.encode()
    return built


def test_a_library_that_no_program_of_the_package_names_does_not_come_by_the_dependency() -> None:
    found = find_needs(linked_image(LINKED, {}), Asked(1), NOTHING)
    assert found is not None and found.packages == ("base-files", "libc6", "tool")
    # A package of scripts says by its dependency alone what it loads.
    found = find_needs(linked_image(LINKED, {}, ("unused",)), Asked(1), NOTHING)
    assert found is not None and "libmany1" in found.packages and not any("libm" in part for part in found.parts)


def test_of_a_package_of_libraries_only_those_that_are_needed_stay() -> None:
    elves = {**LINKED, "usr/bin/tool": elf("libmany.so.1")}
    found = find_needs(linked_image(elves, {}), Asked(1), NOTHING)
    assert found is not None and "libmany1" in found.packages
    assert [part for part in found.parts if "libm" in part] == ["^(/usr)?/lib/([^/]+/)?(libmore)[.]so"]
    asked = find_needs(linked_image(elves, {}), Asked(1, packages=("libmany1",)), NOTHING)
    assert asked is not None and not any("libmore" in part for part in asked.parts)
    opened = find_needs(linked_image(elves, {}), Asked(1, opened=frozenset(("usr/lib/libmore.so.1",))), NOTHING)
    assert opened is not None and not any("libmore" in part for part in opened.parts)


def test_the_compiler_that_a_look_up_opened_does_not_come_along() -> None:
    built = image({"app/server": 1, "usr/lib/libplug.so": 0}, ("./server",), LIBRARIES)
    told = ("usr/lib/python3/__pycache__/os.pyc", f"{PACKAGES}/pip-23.0.1.dist-info/entry_points.txt")
    told = (*told, "usr/share/zoneinfo/Etc/UTC")
    opened = frozenset(("usr/lib/libplug.so", *told))
    built.files.update({path: FileEntry("file", 9, 0o644, 0, 0, "", 0) for path in told})
    found = find_needs(built, Asked(1, opened=opened), NOTHING)
    assert found is not None and "libtool-dev" not in found.packages and found.base_files == ()


def test_what_a_search_for_entry_points_reads_of_an_installer_does_not_stay_alone() -> None:
    path = "usr/local/lib/python3.11/dist-packages/pip-26.3.dist-info/entry_points.txt"
    built = image({"app/server": 1, path: 1}, ("./server",), LIBRARIES)
    found = find_needs(built, Asked(1, opened=frozenset((path,))), NOTHING)
    assert found is not None and found.own == ("app/server",)


def test_an_extension_that_a_file_of_its_name_enables_is_kept() -> None:
    files = {
        "usr/lib/php/20220829/intl.so": 0,
        "usr/lib/php/20220829/gd.so": 0,
        "etc/php/8.2/fpm/conf.d/20-intl.ini": 1,
    }
    found = needs(files, ("/usr/bin/tool",), LIBRARIES)
    assert found.base_files == ("usr/lib/php/20220829/intl.so",)


def linked(found: Image, path: str, target: str, layer: int) -> None:
    found.files[path] = FileEntry("link", 0, 0o777, 0, 0, target, layer)


def test_a_log_that_is_a_link_to_the_output_stays_one() -> None:
    built = image({"usr/local/nginx/nginx": 0}, ("tool",), LIBRARIES)
    linked(built, "var/log/tool/access.log", "/dev/stdout", 0)
    linked(built, "var/log/own.log", "/proc/self/fd/2", 1)
    linked(built, "var/log/other.log", "/var/log/own.log", 1)
    linked(built, "dev/stdout", "/proc/self/fd/1", 0)
    found = find_needs(built, Asked(1), NOTHING)
    assert found is not None
    assert found.base_files == ("var/log/tool/access.log",) and found.own == ("var/log/own.log",)


def test_what_the_project_copies_to_a_place_where_installs_leave_things_is_no_leaving() -> None:
    own = {
        "app/server": 2,
        "etc/ssh/sshd_config": 2,
        "usr/share/fonts/own.ttf": 2,
        "root/.config/app/config.yml": 2,
        "app/.git/HEAD": 2,
        "etc/X11/left": 1,
    }
    found = find_needs(image(own, ("./server",), LIBRARIES), Asked(1, copied=frozenset((2,))), NOTHING)
    assert found is not None
    assert found.own == ("app/server", "etc/ssh/sshd_config", "root/.config/app/config.yml", "usr/share/fonts/own.ttf")
    assert set(found.unneeded) == {"app/.git/HEAD", "etc/X11/left"}


def with_packages(built: Image, **paths: str) -> Image:
    """Return an image with further packages of one file each, from the base."""
    status = built.texts["var/lib/dpkg/status"].decode()
    for package, path in paths.items():
        name = package.replace("_", "-")
        status += f"\nPackage: {name}\nStatus: install ok installed\nVersion: 1\n"
        built.texts[f"var/lib/dpkg/info/{name}.list"] = f"/{path}\n".encode()
        for file in (path, f"var/lib/dpkg/info/{name}.list"):
            built.files[file] = FileEntry("file", 100, 0o755, 0, 0, "", 0)
    built.texts["var/lib/dpkg/status"] = status.encode()
    return built


def test_what_starts_the_commands_of_others_keeps_the_tool_boxes_whole() -> None:
    tools = {"cron": "usr/sbin/cron", "coreutils": "usr/bin/ls", "tar": "usr/bin/tar"}
    path = ("PATH=/usr/sbin:/usr/bin",)
    for command, kept in (("cron", True), ("tool", False)):
        built = with_packages(image({}, (command, "-f"), LIBRARIES), **tools)
        built = built._replace(config=built.config._replace(env=path))
        found = find_needs(built, Asked(1), NOTHING)
        assert found is not None and ({"coreutils", "tar"} <= set(found.packages)) == kept


def test_what_pam_reads_stays_with_it() -> None:
    made = {"etc/pam.d/common-auth": 0, "etc/shadow": 1, "etc/security/opasswd": 0}
    built = with_packages(image(made, ("tool",), LIBRARIES), libpam_runtime="usr/sbin/pam-auth-update")
    for packages, base_files, own in (
        (("libpam-runtime",), ("etc/pam.d/common-auth", "etc/security/opasswd"), ("etc/shadow",)),
        ((), (), ()),
    ):
        found = find_needs(built, Asked(1, packages=packages), NOTHING)
        assert found is not None and (found.base_files, found.own) == (base_files, own)
