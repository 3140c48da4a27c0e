"""Values read back from the JSON that reports and the ledger hold of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrubber.results import Result
from scrubber.values import Box, Decision, Leak, Region, SourceId


def result_from_json(value: Mapping[str, Any]) -> Result:
    """What `Result.as_json` tells, read back."""
    return Result(
        value["input"],
        value["output"],
        value["status"],
        value["reason"],
        tuple(map(decision_from_json, value["faces"])),
        tuple(Leak(leak["kind"], leak["where"]) for leak in value["leaks_removed"]),
        value["seconds"],
        tuple(value["warnings"]),
        SourceId(value["sha256"], value["pixels"]) if value["sha256"] else None,
        *(value[key] for key in ("width", "height", "output_width", "output_height", "output_sha256")),
    )


def decision_from_json(value: Mapping[str, Any]) -> Decision:
    """What `Decision.as_json` tells, read back; landmarks are lost."""
    region = Region(Box(*value["box"]), value["score"], tuple(value["detectors"]), id=value["id"], kind=value["kind"])
    if "polygon" in value:
        region = replace(region, polygon=tuple((x, y) for x, y in value["polygon"]))
    return Decision(region, value["decision"], value["reason"], value["person"], value["similarity"], value["frame"])
