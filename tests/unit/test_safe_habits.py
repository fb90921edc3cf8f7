"""What the linter's rules `S` do not know of our own ways to go wrong: HTML, logs, waiting, and silenced warnings."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("backend_lambdas", "dashboard", "demo", "embedded", "infra", "pages", "pixplore", "search_api")
PYTHON = [path for name in OURS for path in (ROOT / name).rglob("*.py") if "node_modules" not in path.parts]
TREES = {path: ast.parse(path.read_text()) for path in PYTHON}
SCRIPTS = [path for end in ("js", "html") for path in (ROOT / "dashboard").rglob(f"*.{end}")]

BECOMES_HTML = re.compile(r"\.innerHTML\s*\+?=\s*(`[^`]*`|'[^']*'|[^;\n]+)")
CONSTANT = re.compile(r"[A-Z_]+|icons(\.\w+|\[[^]]+\])|'[^']*'|`(?:[^`$]|\$\{(?:ICONS\.\w+|drawing)\})*`")
"""`ICONS`, `icons` and `drawing` are ours."""
RUNS_TEXT = re.compile(
    r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML\s*=|srcdoc|createContextualFragment"
    r"|javascript:|set(?:Timeout|Interval)\(\s*['\"`]|postMessage\([^)]*,\s*['\"]\*"
)
MAKES_SAFE = {"escape", "number", "counted", "when", "plain", "quote", "urlencode", "round", "len", "_weight"}
SECRET = re.compile(r"token|password|passwd|secret|cookie|authorization", re.I)
JOINED = {
    "pixplore/catalogue/backup.py": {"name", "names", "table", "column"},
    "pixplore/catalogue/bulk_boards.py": {"lock"},
    "pixplore/catalogue/bulk_edits.py": {"edit", "which", "before", "words", "lock"},
    "pixplore/catalogue/copied.py": {"asked"},
    "pixplore/catalogue/imports.py": {"name"},
    "pixplore/catalogue/jobs.py": {"which"},
    "pixplore/catalogue/read.py": {"name"},
    "pixplore/catalogue/roles.py": {"role", "database"},
}
"""Variables that are joined into SQL, by file: names of the schema, pieces of SQL written beside them, a statement with
its values already bound (copied.py), names that are quoted (roles.py). Constants and classes of ours need no row."""
LOGS = {"debug", "info", "warning", "error", "exception", "critical", "log", "print"}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def at(path: Path, node: ast.AST | int) -> str:
    return f"{path.relative_to(ROOT)}:{node if isinstance(node, int) else node.lineno}"  # type: ignore[attr-defined]


def raw(node: ast.AST) -> Iterator[ast.AST]:
    """What is read out of a row, a body or an answer, and passes through nothing that makes it safe."""
    if isinstance(node, ast.Call) and called(node) in MAKES_SAFE:
        return
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        yield node
    if isinstance(node, ast.Call) and called(node) == "get":
        yield node
    for below in ast.iter_child_nodes(node):
        yield from raw(below)


def unescaped(tree: ast.AST) -> Iterator[ast.AST]:
    for text in ast.walk(tree):
        if isinstance(text, ast.JoinedStr) and any(
            isinstance(part, ast.Constant) and re.search(r"<[a-z/]", str(part.value)) for part in text.values
        ):
            for part in text.values:
                if isinstance(part, ast.FormattedValue) and part.format_spec is None:
                    yield from raw(part.value)


def secrets_logged(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in LOGS:
            for given in [*node.args, *(keyword.value for keyword in node.keywords)]:
                named = [getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(given)]
                if any(SECRET.search(name) for name in named):
                    yield node


def waits_for_ever(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        connects = isinstance(node, ast.Call) and called(node) in {"urlopen", "HTTPConnection", "create_connection"}
        if connects and not any(keyword.arg == "timeout" for keyword in node.keywords):
            yield node


def joined_into_sql(tree: ast.AST) -> set[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in {"text", "copy_expert"}]
    parts = [part for call in calls for part in ast.walk(call) if isinstance(part, ast.FormattedValue)]
    return {name.id for part in parts for name in ast.walk(part) if isinstance(name, ast.Name) and name.id.islower()}


RULES = {"unescaped": unescaped, "secrets_logged": secrets_logged, "waits_for_ever": waits_for_ever}


@pytest.mark.parametrize("rule", RULES)
def test_no_program_does_it(rule: str) -> None:
    assert not [at(path, node) for path, tree in TREES.items() for node in RULES[rule](tree)]


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("unescaped", "f'<b>{row[\"name\"]}</b>'", 'f\'<b>{escape(row["name"])} {row["n"]:,}</b>\''),
        ("unescaped", "f'<b>{row.get(\"name\")}</b>'", "f'{row[\"name\"]}'"),
        ("secrets_logged", "log.info('for %s', access_token)", "log.info('the token is over')"),
        ("secrets_logged", "print(f'{person.password}')", "print(person)"),
        ("waits_for_ever", "urllib.request.urlopen(url)", "urllib.request.urlopen(url, timeout=3)"),
    ],
)
def test_the_rules_can_tell(rule: str, bad: str, good: str) -> None:
    assert list(RULES[rule](ast.parse(bad)))
    assert not list(RULES[rule](ast.parse(good)))


def test_only_our_own_words_are_joined_into_sql() -> None:
    found = {str(path.relative_to(ROOT)): joined_into_sql(tree) for path, tree in TREES.items()}
    assert {name: names for name, names in found.items() if names} == JOINED
    assert joined_into_sql(ast.parse("text(f'select * from image where name = {asked}')")) == {"asked"}
    assert not joined_into_sql(ast.parse("text(f'select {_COLUMNS} from image where name = :asked')"))


def test_ids_are_random() -> None:
    named = {"pixplore/synthesis/index_rows.py"}  # made-up batches: the same ones each time
    others = [at(path, 1) for path in PYTHON if re.search(r"\buuid[135678]\(|gen_random_uuid|uuidv7", path.read_text())]
    assert others == [f"{name}:1" for name in named]


def test_every_table_for_spreadsheets_is_made_harmless() -> None:
    """What each writes: `test_csv_cells.py`. product_mapping.py writes for our own reader, entries.py for PostgreSQL,
    command.py a made-up catalogue of our own words, the tools of infra/ and demo/ for us."""
    for_people = [path for path in PYTHON if path.parts[len(ROOT.parts)] not in ("infra", "demo", "embedded")]
    table = re.compile(r"csv\.(Dict)?[wW]riter|to_csv\(|write_csv\(|CSVWriter\(")
    writes = [path for path in for_people if table.search(path.read_text())]
    assert len(writes) > 5
    bare = sorted(path.name for path in writes if not re.search(r"\bharmless\b[,(]", path.read_text()))
    assert bare == ["command.py", "entries.py", "product_mapping.py"]


def test_html_in_scripts_is_made_of_constants() -> None:
    assert sum(len(BECOMES_HTML.findall(path.read_text())) for path in SCRIPTS) > 5
    made = [(path.name, value) for path in SCRIPTS for value in BECOMES_HTML.findall(path.read_text())]
    assert not [(name, value) for name, value in made if not CONSTANT.fullmatch(value.strip())]
    assert not CONSTANT.fullmatch("`<b>${item.name}</b>`")
    assert not CONSTANT.fullmatch("item.name")


def test_no_script_runs_text() -> None:
    assert not [
        (path.name, RUNS_TEXT.findall(path.read_text())) for path in SCRIPTS if RUNS_TEXT.search(path.read_text())
    ]


def test_streamlit_shows_no_html_in_markdown() -> None:
    assert not [at(path, 1) for path in PYTHON if "unsafe_allow" in path.read_text()]


def test_a_silenced_warning_says_why() -> None:
    silent = re.compile(r"# noqa: S(?!608)[2-7]\d\d\s*$")
    lines = [(path, n, line) for path in PYTHON for n, line in enumerate(path.read_text().splitlines(), 1)]
    assert not [at(path, n) for path, n, line in lines if silent.search(line)]
