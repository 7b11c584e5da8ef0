"""What is known of a package: by every format, merged, with fix, state and age."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jettison.inventory.inventory import Inventory
from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package
from jettison.vulnerabilities.build import import_paths
from jettison.vulnerabilities.database import Database, open_database
from jettison.vulnerabilities.ecosystems import place_of
from jettison.vulnerabilities.formats.osv import clauses
from jettison.vulnerabilities.match import find
from jettison.vulnerabilities.vulnerability import DataSource, Findings

from . import small

NOW = datetime(2026, 8, 5, tzinfo=UTC)
DEBIAN, ALPINE, ALMA = OsRelease("debian", "12"), OsRelease("alpine", "3.19.1"), OsRelease("almalinux", "9.4")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    found = small.database(tmp_path_factory.mktemp("advisories"))
    yield found
    found.close()


def found(database: Database | None, *packages: Package, release: OsRelease | None = None) -> Findings:
    return find(Inventory(packages, release), database, NOW, 7)


def names(findings: Findings) -> list[tuple[str, tuple[str, ...], str]]:
    return [(match.vulnerability.id, match.fixed, match.status) for match in findings.matches]


def test_aliases_are_one_vulnerability_with_the_best_of_each(database: Database) -> None:
    findings = found(database, Package("pypi", "Old.Thing", "1.6"))
    first, second = findings.matches
    assert names(findings) == [("CVE-2026-0001", ("2.0",), "fixed"), ("PYSEC-2", (), "not fixed")]
    one = first.vulnerability
    assert (one.aliases, one.severity, one.score) == (("GHSA-aaaa-bbbb-cccc", "PYSEC-1"), "critical", 9.8)
    assert (one.exploited, one.ransomware, one.likelihood, one.percentile) == ("2026-07-01", True, 0.94, 0.999)
    assert (one.summary, second.vulnerability.severity) == ("first", "medium")
    assert findings.counts() == {"critical": 1, "high": 0, "medium": 1, "low": 0, "none": 0, "unknown": 0}


@pytest.mark.parametrize(
    ("version", "count"),
    [
        ("0.9", 1),
        ("1.5", 2),
        ("1.9", 2),
        ("1.9.1", 1),
        ("1.5rc1", 1),
        ("2.0rc1", 1),
        ("2.0", 0),
        ("2.0.post1", 0),
        ("?", 0),
    ],
)
def test_the_borders_of_ranges(version: str, count: int, database: Database) -> None:
    assert len(found(database, Package("pypi", "old-thing", version)).matches) == count


@pytest.mark.parametrize(
    ("package", "release", "expected"),
    [
        (Package("golang", "stdlib", "1.21.3"), None, [("CVE-2026-0002", ("1.21.4",), "fixed")]),
        (Package("golang", "stdlib", "go1.22rc1"), None, [("CVE-2026-0002", ("1.22.3",), "fixed")]),
        (Package("golang", "stdlib", "1.21.9"), None, []),
        (Package("rpm", "openssl", "1:3.0.7-25.el9_3"), ALMA, [("ALSA-2026:1", ("1:3.0.7-27.el9",), "fixed")]),
        (Package("rpm", "openssl", "1:3.0.7-27.el9_4"), ALMA, []),
        (Package("deb", "zlib1g", "1:1.2.13-1", source_name="zlib"), DEBIAN, [("CVE-2026-0004", (), "not fixed"), ("TEMP-0000001-ABCDEF", (), "undetermined")]),
        (Package("deb", "zlib1g", "1:1.2.13-1"), DEBIAN, []),
        (Package("npm", "lodash", "4.17.20"), None, [("CVE-2026-0005", ("4.17.21",), "fixed")]),
        (Package("gem", "rails", "4.2.11"), None, []),
        (Package("gem", "rails", "5.2.4.2"), None, [("CVE-2026-0006", ("5.2.4.3",), "fixed")]),
        (Package("gem", "rails", "5.2.5"), None, []),
        (Package("gem", "rails", "6.0.3"), None, [("CVE-2026-0006", ("6.0.3.1",), "fixed")]),
        (Package("composer", "acme/lib", "v2.3.3"), None, [("CVE-2026-0007", ("2.3.4",), "fixed")]),
        (Package("composer", "acme/lib", "1.9.0"), None, []),
        (Package("cran", "png", "0.1-8"), None, [("RSEC-2026-1", ("0.1-9",), "fixed")]),
        (Package("cran", "png", "0.1.10"), None, []),
        (Package("cran", "png", "0.1-2"), None, []),
        (Package("cargo", "tokio", "1.20.0"), None, []),
        (Package("cargo", "tokio", "1.18.3"), None, [("CVE-2026-0008", ("1.18.4",), "fixed")]),
        (Package("cargo", "tokio", "1.6.0"), None, []),
        (Package("apk", "libssl3", "3.1.4-r4", source_name="openssl"), ALPINE, [("CVE-2026-0009", ("3.1.4-r5",), "fixed"), ("XSA-1", ("3.1.4-r5",), "fixed")]),
        (Package("apk", "libssl3", "3.1.4-r5", source_name="openssl"), ALPINE, []),
    ],
)  # fmt: skip
def test_each_ecosystem(
    package: Package, release: OsRelease | None, expected: list[tuple[str, tuple[str, ...], str]], database: Database
) -> None:
    assert names(found(database, package, release=release)) == expected


def test_a_binary_package_is_judged_by_its_source_and_the_distributions_word(database: Database) -> None:
    package = Package("deb", "libcurl4", "7.88.1-10+deb12u5", source_name="curl", source_version="7.88.1-10+deb12u5")
    assert names(found(database, package, release=DEBIAN)) == [
        ("CVE-2026-0012", ("7.88.1-10+deb12u6",), "fixed"),
        ("CVE-2026-0013", (), "no-dsa"),
        ("CVE-2026-0014", (), "ignored"),
        ("CVE-2026-0016", (), "unfixed"),
    ]
    findings = found(database, package, release=OsRelease("debian", "13"))
    assert names(findings) == []
    assert findings.lookups[0].why_not == ""


def test_what_an_update_is_about_counts_as_exploited(database: Database) -> None:
    match = found(database, Package("rpm", "openssl", "3.0-1.el9"), release=ALMA).matches[0]
    assert match.vulnerability.related == ("CVE-2026-0003",)
    assert (match.vulnerability.exploited, match.vulnerability.severity) == ("2026-07-02", "high")


def test_a_module_stream_is_not_the_plain_package(database: Database) -> None:
    from jettison.vulnerabilities.advisory import Affected
    from jettison.vulnerabilities.match import affects

    stream = "1:18.20.2-1.module_el8.9.0+3775"
    affected = Affected("AlmaLinux:8", "nodejs", (((">=", "0"), ("<", stream)),))
    assert affects(affected, "1:16.0.0-1.module_el8.9.0+1", "rpm") == stream
    assert affects(affected, "1:16.0.0-1.el8", "rpm") is None


def test_an_archive_of_java_without_a_group_is_looked_up_by_its_name(tmp_path: Path) -> None:
    """Archives built with Gradle or Ant carry no group; the one artifact of that name, or a name of several words, is meant."""
    advisories = [
        small.osv("GHSA-1", "Maven", "org.example:web-core", ("introduced", "0"), ("fixed", "2.0"), aliases=["CVE-2026-1"]),
        small.osv("GHSA-1b", "Maven", "com.copy:web-core", ("introduced", "0"), ("fixed", "1.0"), aliases=["CVE-2026-1"]),
        small.osv("GHSA-2", "Maven", "com.h2:h2", ("introduced", "0"), ("fixed", "2.0")),
        small.osv("GHSA-3", "Maven", "org.a:core", ("introduced", "0"), ("fixed", "2.0")),
        small.osv("GHSA-4", "Maven", "org.b:core", ("introduced", "0"), ("fixed", "2.0")),
    ]  # fmt: skip
    (tmp_path / "all.json").write_text(json.dumps(advisories))
    import_paths([str(tmp_path / "all.json")], target=str(tmp_path / "db"))
    opened = open_database(str(tmp_path / "db"))

    def ids(*stated: str) -> list[str]:
        return [match.vulnerability.id for match in found(opened, Package("maven", *stated)).matches]

    assert ids("web-core", "0.9") == ["CVE-2026-1"]
    assert ids("web-core", "0.9", "org.other") == []
    assert ids("web-core", "1.5") == ["CVE-2026-1"]
    assert ids("h2", "1.0") == ["GHSA-2"]
    assert ids("core", "1.0") == []
    assert ids("core", "1.0", "org.a") == ["GHSA-3"]


def test_the_rolling_branch_has_advisories_of_its_own() -> None:
    package = Package("apk", "musl", "1.2.5-r1")

    assert place_of(package, OsRelease("alpine", "3.21.0_alpha20240923")).ecosystems == ("Alpine:edge", "Alpine:v3.21")
    assert place_of(package, OsRelease("alpine", "3.21.0")).ecosystems == ("Alpine:v3.21",)


@pytest.mark.parametrize(
    ("package", "release", "reason"),
    [
        (Package("nuget", "X", "1"), None, "no data was imported"),
        (Package("deb", "bash", "5"), None, "does not say which distribution"),
        (Package("deb", "bash", "5"), OsRelease("devuan", "5", like=("debian",)), "no advisories are known for devuan"),
        (Package("apk", "musl", "1"), OsRelease("alpine", "3.12.0"), "no data was imported"),
        (Package("conda", "x", "1"), None, "no advisories are known for packages of the type conda"),
    ],
)
def test_what_cannot_be_looked_up_says_so(
    package: Package, release: OsRelease | None, reason: str, database: Database
) -> None:
    findings = found(database, package, release=release)
    assert reason in findings.lookups[0].why_not
    assert findings.at_least and not findings.matches
    assert found(None, package, release=release).lookups[0].why_not


def test_a_version_without_a_place_in_the_order_is_counted(database: Database) -> None:
    findings = found(database, Package("golang", "example.com/tool", "(devel)"))
    assert (findings.lookups[0].not_comparable, findings.at_least) == (1, True)


def test_without_advisories_the_index_still_tells_of_updates(database: Database) -> None:
    curl = Package("deb", "curl", "7.88.1-10+deb12u13")
    assert found(database, curl, release=DEBIAN).updates[0].version == "7.88.1-10+deb12u14"
    assert not found(database, Package("deb", "curl", "7.88.1-10+deb12u14"), release=DEBIAN).updates
    musl = found(database, Package("apk", "musl", "1.2.4-r2"), release=ALPINE)
    assert musl.updates[0].version == "1.2.4-r3"


def test_old_data_makes_counts_lower_bounds(database: Database) -> None:
    package = Package("pypi", "old-thing", "1.0")
    fresh = find(Inventory((package,)), database, NOW, 3650)
    late = find(Inventory((package,)), database, datetime(2026, 12, 1, tzinfo=UTC), 30)
    assert not fresh.at_least and late.at_least
    assert {one.name: one.age for one in late.data}["all"] == 122


def test_an_old_catalogue_of_exploits_does_not_lower_counts() -> None:
    catalogue = DataSource("kev", "2025-08-25", 400, True, 1400, counted=False)
    advisories = DataSource("osv", "2026-08-01", 4, False, 10)
    assert not Findings((), data=(catalogue, advisories)).at_least
    assert Findings((), data=(DataSource("osv", "2025-08-01", 369, True, 10),)).at_least


@pytest.mark.parametrize(
    ("events", "spans"),
    [
        # As RustSec writes that nothing below 0.23.13 is affected.
        (
            [("introduced", "0.23.0"), ("fixed", "0.23.0"), ("introduced", "0.23.13"), ("fixed", "0.23.18")],
            [((">=", "0.23.0"), ("<", "0.23.0")), ((">=", "0.23.13"), ("<", "0.23.18"))],
        ),
        (
            [("introduced", "0"), ("fixed", "1.0"), ("introduced", "1.0"), ("fixed", "2.0")],
            [((">=", "0"), ("<", "1.0")), ((">=", "1.0"), ("<", "2.0"))],
        ),
        ([("fixed", "2.0"), ("introduced", "1.0")], [((">=", "1.0"), ("<", "2.0"))]),
        ([("introduced", "1.0"), ("last_affected", "1.0")], [((">=", "1.0"), ("<=", "1.0"))]),
        # As PyPA took it over from NVD: it was every version of torch.
        ([("introduced", "0"), ("last_affected", "2.6.0-NA")], [((">=", "0"), ("<=", "2.6.0"))]),
        ([("introduced", "0"), ("last_affected", "2.6.0-cu124")], [((">=", "0"), ("<=", "2.6.0"))]),
        ([("introduced", "0"), ("fixed", "7.2.0-12.1")], [((">=", "0"), ("<=", "7.2.0"))]),
        ([("introduced", "0"), ("last_affected", "2024-12-04")], [((">=", "0"),)]),
    ],
)
def test_events_of_a_range_are_spans(events: list[tuple[str, str]], spans: list[object]) -> None:
    range_ = {"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in events]}
    assert clauses(range_, "pypi") == spans
