"""The order of versions against the programs and libraries that define it."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from univers import versions as univers

from jettison.vulnerabilities.versions import SCHEMES, sort_key

DPKG = "1.0 1.0-1 1.0-1+deb12u1 1.0-1~bpo11+1 1:0.9 1.0~rc1 1.0~rc1-1 1.0+dfsg-3 1.0.1 1.00 1.0a 1.0.a 1.0+b1 0 0~ 1.10 1.9 2.36-9+deb12u10 2.36-9+deb12u9 7.88.1-10+deb12u5 1.2.3-1ubuntu0.1 1:2.3-4-5 1.0-1.1 1.a 1.+".split()
RPM = "1.0 1.0-1 1.0~rc1-1 1.0^git1-1 1.0^git1~pre-1 1.0.1-1 1.0a-1 1.0.a-1 1.0-1.el9 1.0-1.el9_2 1.0-10.el9 1.0-2.el9 001-1 1-1 1..0-1 1.0-1.module_el8.6.0+2878+e681bc44 128.12.0-1.el10_0 128.3.1-1.el9 2.34-100.el9_4.2 2.34-60.el9 3.0.7-27.el9 1a1-1 1aa-1 1A-1 ~1-1 ^1-1 1-0".split()
GEM = "1 1.0 1.0.0 1.0.a 1.0.0.rc1 1.0.0.rc2 1.0.0.beta 1.0.0.pre.1 1.0.1 1.1 2.0 0 0.0 1.2.3.4 1.2.b1 10.0 9.9 1.a 1.A 3.0.0-1 4.2.5.1".split()
MAVEN = "1 1.0 1-0 1.0.0 1-alpha 1-alpha-1 1-alpha1 1a1 1-b2 1-beta-2 1-m3 1-milestone-3 1-rc1 1-cr1 1-SNAPSHOT 1-ga 1-final 1-sp 1-sp-1 1-xyz 1.1 1-1 1.foo 1-foo 1.0-RELEASE 2.0-rc-1 2.14.1 2.17.0 9.4.43.v20210629 31.1-jre 31.1-android 1.0.0.Final 5.3.18.RELEASE 1.0-alpha-10 1.0-alpha-9".split()
SEMVER = "1.0.0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.1 1.10.0 1.9.9 2.0.0 0.0.1 1.0.0-0.3.7 1.0.0-x.7.z.92 0.0.0-20210101000000-abcdef123456".split()
PYPI = "1.0 1.0.0 1.0a1 1.0.dev1 1.0.post1 1.0rc1 1!0.1 1.0+local 2.0 1.10 1.9 1.0b2.post3.dev4 v1.0".split()
APK = "1.0 1.0-r1 1.0-r10 1.0-r9 1.0a 1.0b-r0 1.0_alpha1 1.0_beta2 1.0_rc1 1.0_p1 1.0_pre3 1.05 1.1 1.10 1.9 2.0.1-r3 1.0_alpha 1.0_rc 1.2.4-r2 3.1.4-r5".split()

# Where univers differs from the program itself. Maven 3.8.7 takes "release" as nothing and "_" as a letter, as its
# specification says; apk-tools compares numbers with leading zeros as texts, so that 1.00 is above 1.0.
UNDECIDED = {
    "maven": re.compile(r"release|_|\.[a-z~]|\.\.|-\.|\.-|^\.| \.|--|final|ga", re.IGNORECASE),
    "apk": re.compile(r"\.0\d"),
    **dict.fromkeys(SCHEMES - {"maven", "apk"}, re.compile(r"(?!)")),
}


def order(left: object, right: object) -> int:
    return (left > right) - (left < right)  # type: ignore[operator]


def pairs(samples: list[str], count: int, seed: int = 7) -> list[tuple[str, str]]:
    """Return pairs of samples and of samples with one character changed."""
    made = random.Random(seed)
    found = [(a, b) for a in samples for b in samples]
    made.shuffle(found)
    found = found[: count // 2]
    alphabet = "0123456789.ab~-+_"
    while len(found) < count:
        text = list(made.choice(samples))
        text[made.randrange(len(text))] = made.choice(alphabet)
        found.append(("".join(text), made.choice(samples)))
    return found


def test_debian_orders_as_dpkg_does() -> None:
    program = shutil.which("dpkg")
    if program is None:
        pytest.skip("dpkg is Debian's")
    compared = 0
    for left, right in pairs(DPKG, 300):
        a, b = sort_key("dpkg", left), sort_key("dpkg", right)
        # dpkg wants a version to begin with a digit, and says so only as a warning.
        if a is None or b is None or not left[:1].isdigit() or not right[:1].isdigit():
            continue
        relation = {-1: "lt", 0: "eq", 1: "gt"}[order(a, b)]
        done = subprocess.run([program, "--compare-versions", left, relation, right], capture_output=True, check=False)
        assert done.returncode == 0, (left, relation, right, done.stderr)
        compared += 1
    assert compared > 200


def test_rpm_orders_as_rpm_does() -> None:
    program = shutil.which("rpm")
    assert program, "install the Debian package rpm: it decides what is right"
    wanted = [(a, b) for a, b in pairs(RPM, 2000) if not set(a + b) - set("0123456789.ab~^-+_elmoduciptrg")]
    parts = [two for a, b in wanted for two in zip(a.split("-", 1), b.split("-", 1), strict=False)]
    # rpm refuses these as versions.
    parts = [(a, b) for a, b in parts if a and b and "-" not in a + b]
    said: list[int] = []
    for start in range(0, len(parts), 200):
        calls = "".join(f"print(rpm.vercmp('{a}','{b}'))print(' ')" for a, b in parts[start : start + 200])
        done = subprocess.run([program, "--eval", "%{lua:" + calls + "}"], capture_output=True, text=True, check=True)
        said += [int(word) for word in done.stdout.split()]
    from jettison.vulnerabilities.versions.rpm import part_key

    assert len(said) == len(parts) > 1000
    wrong = [(pair, one) for pair, one in zip(parts, said, strict=True) if order(*map(part_key, pair)) != one]
    assert wrong == []


def test_rpm_takes_the_epoch_first() -> None:
    assert sort_key("rpm", "1:1.0-1") > sort_key("rpm", "2.0-1") == sort_key("rpm", "0:2.0-1")


def test_cran_orders_as_r_does() -> None:
    """R 4.2.2 sorted these and compared them: `sort(numeric_version(...))`, `numeric_version("1.0") == "1.0.0"`."""
    ordered = "0.1-3 0.1-9 0.1-10 0.2 0.02.1 0.9.8.1001 1-0 1.0-0.1 1.01 1.2 1.10 1.10-1 2 3.5-5 3.5.6".split()
    keys = [sort_key("cran", one) for one in ordered]
    assert None not in keys
    assert keys == sorted(set(keys))
    assert sort_key("cran", "0.1-10") == sort_key("cran", "0.1.10.0")
    assert sort_key("cran", "1-0") == sort_key("cran", "1.0") == sort_key("cran", "1.0.0")
    assert [sort_key("cran", one) for one in ("", "1.", "1..0", "1.0a", "v1", "1_0", "-1", "١.٢")] == [None] * 8


@pytest.mark.parametrize(
    ("scheme", "samples", "oracle"),
    [
        ("gem", GEM, univers.RubygemsVersion),
        ("maven", MAVEN, univers.MavenVersion),
        ("semver", SEMVER, univers.SemverVersion),
        ("pypi", PYPI, univers.PypiVersion),
        ("apk", APK, univers.AlpineLinuxVersion),
        ("dpkg", DPKG, univers.DebianVersion),
    ],
)
def test_the_order_is_that_of_the_oracle(scheme: str, samples: list[str], oracle: Callable[[str], object]) -> None:
    wrong, compared = [], 0
    for left, right in pairs(samples, 1500):
        a, b = sort_key(scheme, left), sort_key(scheme, right)
        try:
            x, y = oracle(left), oracle(right)
        except (univers.InvalidVersion, ValueError):
            continue
        if a is None or b is None or UNDECIDED[scheme].search(f"{left} {right}"):
            continue
        compared += 1
        if order(a, b) != order(x, y):
            wrong.append((left, right, order(a, b), order(x, y)))
    assert compared > 700
    assert wrong == []
