"""The recogniser as its callers meet it: a real process, real HTTP, boto3's own client, real photographs."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from PIL import Image

from embedded.home import free_port

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = ROOT / "demo" / "photos"
KEY = "AKIAOFTHISINSTALLATION"


def start(port: int, models: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PIXPLORE_MODEL_DIR": str(models), "AWS_ACCESS_KEY_ID": KEY}
    command = [sys.executable, "-m", "embedded.recogniser", "--port", str(port), "--threads", "2"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def served(models: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    process = start(port, models)
    url = f"http://127.0.0.1:{port}"
    await_health(url)
    yield url, process
    process.terminate()
    process.wait(10)


def await_health(url: str, other_than: int = 0) -> int:
    """The worker's pid, once one answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            pid = int(httpx.get(f"{url}/healthz", timeout=10).json()["pid"])
            if pid != other_than:
                return pid
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "the recogniser does not answer"
        time.sleep(0.1)


def client(url: str, key: str = KEY) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("rekognition", endpoint_url=url, region_name="eu-west-1", aws_access_key_id=key,
                        aws_secret_access_key="secret", config=config)  # fmt: skip


@pytest.fixture
def rekognition(served: tuple[str, object]) -> Any:
    return client(served[0])


def photo(name: str) -> dict[str, bytes]:
    return {"Bytes": (PHOTOS / name).read_bytes()}


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> dict[str, bytes]:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return {"Bytes": buffer.getvalue()}


def error_code(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Error"]["Message"]
    return str(caught.value.response["Error"]["Code"])


def names(answer: Any) -> list[str]:
    return [label["Name"] for label in answer["Labels"]]


def test_a_macaw_with_its_kin(rekognition: Any) -> None:
    answer = rekognition.detect_labels(Image=photo("scarlet_macaw.jpg"))
    assert names(answer) == ["Animal", "Bird", "Parrot", "Macaw"]
    macaw = answer["Labels"][-1]
    assert 80 < macaw["Confidence"] <= 100
    assert [p["Name"] for p in macaw["Parents"]] == ["Parrot", "Bird", "Animal"]
    assert macaw["Categories"] == [{"Name": "Animals and Pets"}]
    assert macaw["Instances"] == []
    assert "EfficientNet-Lite2" in answer["LabelModelVersion"]
    assert "ImageProperties" not in answer


def test_aliases_and_a_true_box(rekognition: Any) -> None:
    answer = rekognition.detect_labels(Image=photo("weighing_machine.jpg"))
    scale = next(label for label in answer["Labels"] if label["Name"] == "Scale")
    assert {"Name": "Weighing Machine"} in scale["Aliases"]
    (instance,) = scale["Instances"]
    box = instance["BoundingBox"]
    # Measured by eye on the photograph: x 22-298 of 320, y 20-234 of 258 pixels.
    assert box["Left"] == pytest.approx(0.07, abs=0.03)
    assert box["Width"] == pytest.approx(0.86, abs=0.05)
    assert box["Top"] == pytest.approx(0.08, abs=0.04)
    assert instance["Confidence"] == scale["Confidence"]
    assert sum(bool(label["Instances"]) for label in answer["Labels"]) == 1


def test_min_confidence_defaults_to_55_and_max_labels_cuts(rekognition: Any) -> None:
    default = rekognition.detect_labels(Image=photo("jaguar.jpg"))
    lower = rekognition.detect_labels(Image=photo("jaguar.jpg"), MinConfidence=5)
    assert min(label["Confidence"] for label in default["Labels"]) >= 55
    assert "Leopard" in names(lower)
    assert "Leopard" not in names(default)
    assert names(rekognition.detect_labels(Image=photo("jaguar.jpg"), MaxLabels=2)) == names(default)[:2]
    assert len(rekognition.detect_labels(Image=photo("jaguar.jpg"), MinConfidence=0)["Labels"]) == 1000


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"LabelInclusionFilters": ["hammer", "Tool"]}, {"Hammer", "Tool"}),
        ({"LabelExclusionFilters": ["Tool"]}, {"Hammer", "Hand Tool"}),
        ({"LabelCategoryInclusionFilters": ["Tools and Machinery"]}, {"Hammer", "Hand Tool", "Tool"}),
        ({"LabelCategoryInclusionFilters": ["Food and Beverage"]}, set()),
        ({"LabelCategoryExclusionFilters": ["Tools and Machinery"]}, set()),
        ({"LabelCategoryInclusionFilters": ["Tools and Machinery"], "LabelExclusionFilters": ["Hammer"]},
         {"Hand Tool", "Tool"}),
    ],
)  # fmt: skip
def test_filters(rekognition: Any, filters: dict[str, list[str]], expected: set[str]) -> None:
    answer = rekognition.detect_labels(Image=photo("hammer8.jpg"), Settings={"GeneralLabels": filters})
    assert set(names(answer)) == expected


def test_image_properties_alone_and_with_labels(rekognition: Any) -> None:
    alone = rekognition.detect_labels(Image=photo("scissors1.jpg"), Features=["IMAGE_PROPERTIES"],
                                      Settings={"ImageProperties": {"MaxDominantColors": 2}})  # fmt: skip
    assert "Labels" not in alone
    properties = alone["ImageProperties"]
    assert len(properties["DominantColors"]) == 2
    white = properties["DominantColors"][0]
    assert (white["SimplifiedColor"], white["CSSColor"]) == ("white", "white")
    assert white["PixelPercent"] > 70
    assert properties["Quality"]["Brightness"] > 80
    assert properties["Background"]["DominantColors"][0]["SimplifiedColor"] == "white"
    assert properties["Foreground"]["DominantColors"][0]["SimplifiedColor"] in ("orange", "brown")  # the handles
    both = rekognition.detect_labels(Image=photo("scissors1.jpg"), Features=["GENERAL_LABELS", "IMAGE_PROPERTIES"])
    assert {"Labels", "ImageProperties"} <= set(both)


def test_png_transparency_and_orientation(rekognition: Any) -> None:
    image = Image.open(PHOTOS / "screw_driver2.jpg")
    assert "Screwdriver" in names(rekognition.detect_labels(Image=encoded(image.convert("RGBA"), "PNG")))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    lying = encoded(image.rotate(90, expand=True), exif=exif)
    answers = [rekognition.detect_labels(Image=i) for i in (lying, photo("screw_driver2.jpg"))]
    boxes = [next(la for la in a["Labels"] if la["Name"] == "Screwdriver")["Instances"] for a in answers]
    for side in ("Left", "Top", "Width", "Height"):
        assert boxes[0][0]["BoundingBox"][side] == pytest.approx(boxes[1][0]["BoundingBox"][side], abs=0.03)


def test_moderation_text_and_faces_never_invent(rekognition: Any) -> None:
    image = photo("polar_bear.jpg")
    moderation = rekognition.detect_moderation_labels(Image=image)
    assert moderation["ModerationLabels"] == []
    assert "open_nsfw" in moderation["ModerationModelVersion"]
    always = rekognition.detect_moderation_labels(Image=image, MinConfidence=0)["ModerationLabels"]
    assert [label["Name"] for label in always] == ["Explicit"]
    assert always[0]["Confidence"] < 50
    text = rekognition.detect_text(Image=image)
    assert text["TextDetections"] == []
    assert text["TextModelVersion"].startswith(("none: ", "rapidocr"))
    faces = rekognition.detect_faces(Image=image)
    assert faces["FaceDetails"] == []


@pytest.mark.parametrize(
    "data",
    [b"just text", (PHOTOS / "cup.jpg").read_bytes()[:6000], encoded(Image.new("L", (90, 90)), "GIF")["Bytes"]],
    ids=["text", "truncated", "gif"],
)
def test_what_is_no_whole_jpeg_or_png(rekognition: Any, data: bytes) -> None:
    for call in (rekognition.detect_labels, rekognition.detect_text, rekognition.detect_faces,
                 rekognition.detect_moderation_labels):  # fmt: skip
        assert error_code(call, Image={"Bytes": data}) == "InvalidImageFormatException"


def test_limits_of_size(rekognition: Any) -> None:
    call = rekognition.detect_labels
    assert error_code(call, Image={"Bytes": b"\xff" * (5 * 1024 * 1024 + 1)}) == "ImageTooLargeException"
    assert error_code(call, Image={"Bytes": b"\xff" * (9 * 1024 * 1024)}) == "ImageTooLargeException"
    assert error_code(call, Image=encoded(Image.new("RGB", (10_001, 90)))) == "ImageTooLargeException"
    assert error_code(call, Image=encoded(Image.new("RGB", (79, 90)))) == "InvalidParameterException"
    assert call(Image=encoded(Image.new("RGB", (80, 80))))["LabelModelVersion"]


@pytest.mark.parametrize(
    "arguments",
    [{"MinConfidence": 100.5}, {"Features": ["SMELL"]}, {"Image": {}},
     {"Settings": {"GeneralLabels": {"LabelInclusionFilters": ["x"] * 101}}}],
)  # fmt: skip
def test_wrong_parameters(rekognition: Any, arguments: dict[str, Any]) -> None:
    arguments = {"Image": photo("cup.jpg")} | arguments
    assert error_code(rekognition.detect_labels, **arguments) == "InvalidParameterException"


def test_another_installations_key_is_refused(served: tuple[str, object]) -> None:
    call = client(served[0], "AKIASOMEBODYELSE").detect_labels
    assert error_code(call, Image=photo("cup.jpg")) == "AccessDeniedException"
    assert httpx.post(served[0], json={}).json()["__type"] == "AccessDeniedException"


def test_an_unknown_operation(served: tuple[str, object]) -> None:
    headers = {"x-amz-target": "RekognitionService.CompareFaces",
               "authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/x/rekognition/aws4_request"}  # fmt: skip
    answer = httpx.post(served[0], json={}, headers=headers)
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnknownOperationException")
    headers["x-amz-target"] = "RekognitionService.DetectLabels"
    answer = httpx.post(served[0], content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")


def test_a_dead_worker_comes_back(served: tuple[str, subprocess.Popen[bytes]]) -> None:
    worker = await_health(served[0])
    os.kill(worker, signal.SIGKILL)
    assert await_health(served[0], other_than=worker) != worker
    assert names(client(served[0]).detect_labels(Image=photo("polar_bear.jpg")))[-1] == "Polar Bear"


def test_only_this_machine_is_served(served: tuple[str, subprocess.Popen[bytes]]) -> None:
    tree = [psutil.Process(served[1].pid), *psutil.Process(served[1].pid).children(recursive=True)]
    listening = {c.laddr.ip for p in tree for c in p.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_it_ends_quickly_with_its_workers(models: Path) -> None:
    port = free_port()
    process = start(port, models)
    worker = await_health(f"http://127.0.0.1:{port}")
    begun = time.monotonic()
    process.terminate()
    assert process.wait(10) == 0
    assert time.monotonic() - begun < 5
    assert not psutil.pid_exists(worker)


def test_workers_do_not_outlive_a_killed_parent(models: Path) -> None:
    port = free_port()
    process = start(port, models)
    worker = await_health(f"http://127.0.0.1:{port}")
    process.kill()
    process.wait(10)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_port_in_use_is_said(models: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(taken.getsockname()[1], models)
        output, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert b"choose another with --port" in output
