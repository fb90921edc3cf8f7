"""What a component's program calls is in that program: a name of another component's would be the browser's own, or
nothing at all, and only found out when somebody looks at that very cell."""

import importlib
import re
from pathlib import Path

import pytest
import streamlit as st

import dashboard.components

FOLDERS = sorted(path.parent.name for path in Path(dashboard.components.__path__[0]).glob("*/__init__.py"))
_FUNCTION = re.compile(r"^(?:async )?function\*? ([\w$]+)", re.M)
_CALL = re.compile(r"(?<![\w$.'\"`])([A-Za-z_$][\w$]*)\(")


@pytest.fixture(scope="module")
def programs() -> dict[str, str]:
    found: dict[str, str] = {}

    def component(name: str, *, js: str = "", **_more: object) -> object:
        found[name.removeprefix("pixplore_")] = js
        return lambda **_: None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st.components.v2, "component", component)
        for folder in FOLDERS:
            importlib.reload(importlib.import_module(f"dashboard.components.{folder}"))
    for folder in FOLDERS:  # as they were, for other tests
        importlib.reload(importlib.import_module(f"dashboard.components.{folder}"))
    return found


def test_every_component_has_its_functions(programs: dict[str, str]) -> None:
    known = {name for text in programs.values() for name in _FUNCTION.findall(text)}
    assert len(known) > 300
    lacking = {}
    for name, text in programs.items():
        own = set(_FUNCTION.findall(text)) | set(re.findall(r"(?:const|let) ([\w$]+)", text))
        own |= {one.strip() for head in re.findall(r"function\*? [\w$]+\(([^)]*)\)", text) for one in head.split(",")}
        called = {call for call in _CALL.findall(text) if call in known}
        methods = set(re.findall(r"^  (?:async |get )?([\w$]+)\([^()]*\) \{", text, re.M))  # of classes and objects
        if missing := called - own - methods:
            lacking[name] = missing
    assert lacking == {}
