"""What a project's build leaves is told apart from what its program reads."""

from __future__ import annotations

from jettison.needs.own import not_needed


def test_libraries_beside_a_java_program_stay_and_what_it_was_compiled_from_goes() -> None:
    kept = {"app/target/shop.jar", "app/target/lib/text.jar", "app/build/install/shop/lib/text.jar"}
    gone = {
        "app/pom.xml",
        "app/src/main/java/Shop.java",
        "app/target/classes/Shop.class",
        "app/target/shop-sources.jar",
        "app/target/maven-status/list.lst",
        "app/target/surefire-reports/a.txt",
        "app/build/classes/java/main/Shop.class",
        "app/build/libs/shop-plain.jar",
    }
    why = not_needed(kept | gone, {"app/target/shop.jar"}, {"java"}, set(), locales=False)
    assert set(why) == gone
