"""Known vulnerabilities of packages: data, version order, matching, exceptions."""
