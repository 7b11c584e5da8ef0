"""Software bills of materials: CycloneDX and SPDX, written and read."""
