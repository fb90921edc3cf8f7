"""The images as they are written: bases, user, what they copy, what they run, and that the templates agree."""

import re
import subprocess
from fnmatch import fnmatch

import pytest

from tests.infra.conftest import Templates, needs_cdk
from tests.infra.dockerfile import ROOT, Image, read

needs_cdk()

NAMES = ("search", "dashboard")
pytestmark = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def image(name: str) -> Image:
    return read(name)


def test_every_base_is_one_exact_version_and_slim(image: Image) -> None:
    for stage in image.stages:
        assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?( AS \w+)?", stage[0][1]), stage[0]
    assert len({stage[0][1].split()[0] for stage in image.stages}) == 1


def test_it_runs_as_nobody_in_particular(image: Image) -> None:
    order = [instruction for instruction, _ in image.last]
    assert image.said("USER") == ["10001"]
    assert order.index("USER") < order.index("CMD")
    assert "RUN" not in order[order.index("USER") :]


def test_packages_come_with_their_hashes_and_nothing_is_fetched_beside(image: Image) -> None:
    ran = [text for stage in image.stages for name, text in stage if name == "RUN"]
    installs = [text for text in ran if "pip install" in text]
    assert installs
    for text in installs:
        assert {"--require-hashes", "--only-binary", "--no-cache-dir"} <= set(text.split())
    assert not any(re.search(r"curl|wget|apt-get|https?://", text) for text in ran)
    assert not any(name == "ADD" for stage in image.stages for name, _ in stage)
    assert not any("pip install" in text for text in image.said("RUN"))  # the last image has packages, no installer run


def test_what_it_copies_is_there_and_let_through(image: Image) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    ignored = [line for line in (ROOT / ".dockerignore").read_text().split("\n") if line and line[0] not in "#!"]
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().split("\n") if line.startswith("!")]
    assert ignored[0] == "*"
    for stage in image.stages:
        for name, text in stage:
            if name == "COPY" and not text.startswith("--from"):
                source = text.split()[0]
                assert source in let_through, source
                assert any(fnmatch(path, f"{source}*") for path in tracked) or (ROOT / source).exists(), source


def test_it_says_whether_it_is_well_and_the_template_asks_the_same(image: Image, name: str, each: Templates) -> None:
    (check,) = image.said("HEALTHCHECK")
    asked = check.partition("CMD ")[2]
    (task,) = [t for at, t in each.resources("AWS::ECS::TaskDefinition").items() if at.startswith(f"{name}/")]
    (container,) = task["ContainerDefinitions"]
    words = container["HealthCheck"]["Command"]
    assert words[0] == "CMD"
    assert words[-1] in asked
    assert str(container["PortMappings"][0]["ContainerPort"]) == image.said("EXPOSE")[0] == image.command[-1]


def test_only_the_folders_that_the_template_mounts_can_be_written(image: Image, name: str, each: Templates) -> None:
    (task,) = [t for at, t in each.resources("AWS::ECS::TaskDefinition").items() if at.startswith(f"{name}/")]
    mounted = {mount["ContainerPath"] for mount in task["ContainerDefinitions"][0]["MountPoints"]}
    (volumes,) = image.said("VOLUME")
    assert mounted == set(re.findall(r'"([^"]+)"', volumes))
    assert task["RuntimePlatform"] == {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"}
