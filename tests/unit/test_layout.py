"""The house rules that no linter knows."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    if name
]
ELSEWHERE = re.compile(
    r"^\s*(from|import) (boto3|botocore|sqlalchemy|alembic|psycopg2|PIL|onnxruntime|jwt"
    r"|pixplore\.(catalogue|vision|aws))",
    re.M,
)
PYTHON = [path for path in TRACKED if path.suffix == ".py" and path.exists()]


def test_there_is_something_to_check() -> None:
    assert len(PYTHON) > 20


def test_no_file_holds_two_ideas() -> None:
    long = {str(p.relative_to(ROOT)): n for p in PYTHON if (n := len(p.read_text().splitlines())) > 400}
    assert not {name: n for name, n in long.items() if "migrations" not in name}


def test_pages_stay_thin_and_reach_the_catalogue_over_http_only() -> None:
    for page in (ROOT / "pages").glob("*.py"):
        text = page.read_text()
        assert len(text.splitlines()) <= 100, page.name
        assert not ELSEWHERE.search(text), page.name


def test_handlers_and_routers_stay_thin() -> None:
    files = [*(ROOT / "backend_lambdas").glob("*.py"), *(ROOT / "search_api").glob("*.py")]
    thin = [path for path in files if path.parent.name == "backend_lambdas" or "APIRouter(" in path.read_text()]
    assert not [p.name for p in thin if len(p.read_text().splitlines()) > 120]


def test_no_vague_names() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc"}
    assert not [p for p in PYTHON if vague & {part.removesuffix(".py") for part in p.relative_to(ROOT).parts}]
