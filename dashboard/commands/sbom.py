"""``sbom``: what the running program is made of, with versions and licences, as CycloneDX JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.version import VERSION
from data.config import Settings

PROGRAM = "hubei-command"
# read in their own licence files: their metadata states none
READ = {"pysqlite3": "Zlib"}


def add_parser(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command."""
    known.add_parser("sbom", help="列出程序的全部组件、版本和许可（CycloneDX JSON）")


def show(_settings: Settings, _args: argparse.Namespace) -> None:
    """Print it."""
    print(json.dumps(bill(), ensure_ascii=False, indent=1))


def bill() -> dict[str, Any]:
    """The program's parts as a CycloneDX 1.6 bill of materials."""
    parts = sorted(parts_of(PROGRAM), key=lambda d: canonicalize_name(d.name))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "name": PROGRAM, "version": VERSION,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [_component(part) for part in parts],
    }  # fmt: skip


def parts_of(name: str) -> Iterator[Distribution]:
    """Every installed package that a package needs, itself left out, each once."""
    installed = {canonicalize_name(d.name): d for d in distributions()}
    seen: set[str] = set()
    wanted = [(canonicalize_name(name), frozenset[str]())]
    while wanted:
        key, extras = wanted.pop()
        if key in seen or key not in installed:
            continue
        seen.add(key)
        if key != canonicalize_name(name):
            yield installed[key]
        for text in installed[key].requires or ():
            need = Requirement(text)
            asked = [{"extra": extra} for extra in extras or ("",)]
            if need.marker is None or any(need.marker.evaluate(env) for env in asked):
                wanted.append((canonicalize_name(need.name), frozenset(need.extras)))


def licence_of(part: Distribution) -> str:
    """The licence as the package states it: expression, else classifiers, else field."""
    told = part.metadata
    if expression := told.get("License-Expression"):
        return str(expression)
    kinds = told.get_all("Classifier", [])
    named = [kind.rsplit(" :: ", 1)[-1] for kind in kinds if kind.startswith("License ::")]
    if named:
        return " / ".join(named)
    field = (told.get("License") or "").strip().split("\n", 1)[0][:120]
    return field or READ.get(canonicalize_name(part.name), "")


def _component(part: Distribution) -> dict[str, Any]:
    name = canonicalize_name(part.name)
    return {
        "type": "library", "name": part.name, "version": part.version,
        "purl": f"pkg:pypi/{name}@{part.version}",
        "licenses": [{"license": {"name": licence_of(part) or "not stated"}}],
    }  # fmt: skip
