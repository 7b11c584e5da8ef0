"""Plugins that a configuration names, on small images made by hand."""

from __future__ import annotations

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.needs.debian import DebianPackages
from jettison.needs.plugins import listing, unloaded

MODULES = "usr/lib/apache2/modules"
AVAILABLE = "etc/apache2/mods-available"


def apache(enabled: tuple[str, ...], texts: dict[str, bytes]) -> Image:
    """Return an image of Apache with three modules of which some are enabled."""
    names = ("alias", "lua", "proxy")
    paths = [f"{MODULES}/mod_{name}.so" for name in names]
    files = {path: FileEntry("file", 1, 0o644, 0, 0, "", 0) for path in paths}
    for name in names:
        texts[f"{AVAILABLE}/{name}.load"] = f"LoadModule {name}_module /{MODULES}/mod_{name}.so\n".encode()
        files[f"{AVAILABLE}/{name}.load"] = FileEntry("file", 1, 0o644, 0, 0, "", 0)
    for name in enabled:
        link = f"../mods-available/{name}.load"
        files[f"etc/apache2/mods-enabled/{name}.load"] = FileEntry("link", 0, 0o777, 0, 0, link, 0)
    for path in list(files):
        parts = path.split("/")
        for depth in range(1, len(parts)):
            files.setdefault("/".join(parts[:depth]), FileEntry("dir", 0, 0o755, 0, 0, "", 0))
    texts["var/lib/dpkg/status"] = b"Package: apache2-bin\nStatus: install ok installed\n"
    texts["var/lib/dpkg/info/apache2-bin.list"] = "".join(f"/{path}\n" for path in paths).encode()
    config = ImageConfig((), ("apachectl",), (), "", "/", (), (), (), (), "", ())
    return Image(config, (), files, {}, texts, {})


def gone(image: Image, started: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> set[str]:
    return {path.rpartition("mod_")[2] for path in unloaded(image, DebianPackages(image), started, named)}


def test_a_module_stays_when_the_configuration_in_effect_names_it() -> None:
    assert gone(apache(("alias",), {})) == {"lua.so", "proxy.so"}
    own = {
        "etc/apache2/apache2.conf": f"#LoadModule x {MODULES}/mod_proxy.so\nLoadModule l /{MODULES}/mod_lua.so\n".encode()
    }
    assert gone(apache(("alias",), own)) == {"proxy.so"}


def test_what_the_projects_texts_name_and_what_is_enabled_when_it_runs_stays() -> None:
    assert gone(apache(("alias",), {}), named=(f"{MODULES}/mod_proxy.so",)) == {"lua.so"}
    assert gone(apache(("alias",), {}), started=("sh", "a2enmod")) == set()


def test_what_goes_is_named_the_shorter_way_and_whatever_the_processor() -> None:
    files = {f"{MODULES}/mod_{name}.so" for name in ("alias", "lua", "proxy")}
    most = listing(sorted(files)[1:], files)
    assert (most.parts, set(most.stay)) == ((f"^/{MODULES}/",), {f"{MODULES}/mod_alias.so"})
    assert listing(sorted(files)[2:], files).parts == (f"^/{MODULES}/(mod_proxy[.]so)$",)
    lonely = "usr/lib/x86_64-linux-gnu/apr-util-1/apr_ldap-1.so"
    assert listing([lonely], {lonely}).parts == ("^/usr/lib/[^/]+/apr-util-1/(apr_ldap-1[.]so)$",)
