"""The text of a production Dockerfile for a plan."""

from __future__ import annotations

from jettison.generate.build_stage import asset_stages, build_stage
from jettison.generate.plan import Plan
from jettison.generate.runtime_stage import runtime_stage


def dockerfile(plan: Plan) -> str:
    """Return the Dockerfile of one service."""
    stages = [*asset_stages(plan), *build_stage(plan), *runtime_stage(plan)]
    head = f"# {plan.service.titled(plan.version)}\n"
    return head + "\n" + "\n\n".join("\n".join(stage) for stage in stages) + "\n"
