"""The search API over HTTP: one client, then 50 on two workers: `python -m benchmarks.load` (`make load`).

Each answer carries 50 full images, the exact total and two facets; the questions are the same 200 mixed ones.
"""

from benchmarks.api import WORKERS, Api, listed, serving
from benchmarks.clients import Load, ask
from benchmarks.figures import HEADER, IMAGES, SEED, row, short, told
from benchmarks.place import place
from benchmarks.queries import QUESTIONS, questions
from benchmarks.report import table

ONE_S, MANY_S = 15, 30
MANY = 50


def paths() -> list[str]:
    return [listed(question.query) for question in questions(SEED)]


def tokens(api: Api, count: int) -> list[str]:
    return [api.issuer.token("viewer", sub=f"sub-{number}") for number in range(count)]


def measure(api: Api) -> list[list[object]]:
    asked = paths()
    ask(api.port, asked, tokens(api, 1), WORKERS, ONE_S / 3)  # warm, both workers
    one = ask(api.port, asked, tokens(api, 1), 1, ONE_S)
    many = ask(api.port, asked, tokens(api, MANY), MANY, MANY_S)
    return [
        row("over HTTP with 50 full items, one client: p50 / p95 / p99 / mean ms", _seen(one),
            "< 3 / < 10 / < 30 ms", p50=one.times.p50 < 3, p95=one.times.p95 < 10, p99=one.times.p99 < 30),
        row(f"{MANY} clients, {WORKERS} workers: p50 / p95 / p99 / mean ms", _seen(many), "p95 < 200 ms",
            many.times.p95 < 200),
        row("… requests a second", short(many.per_second), ">= 1,000", many.per_second >= 1_000),
        row("… errors", f"{many.errors} of {many.requests:,}", "0", many.errors == 0),
    ]  # fmt: skip


def _seen(load: Load) -> str:
    return f"{load.times} ({load.client})"


def main() -> None:
    with place() as here, serving(here.url, here.folder, here.issuer) as api:
        api.wait_for_index()
        rows = measure(api)
        rows.append(row("memory of the program after that (PSS)", f"{api.memory():,.0f} MB"))
    told("Load", f"{IMAGES:,} images, {QUESTIONS} questions over and over.\n\n{table(HEADER, rows)}")


if __name__ == "__main__":
    main()
