"""The product list: what its columns mean, what of it would match, then the same for good."""

import csv
import hashlib
import io
from typing import Any

import streamlit as st

from dashboard import client
from dashboard.catalogue import catalogue_calls, filter_panel
from dashboard.look import theme
from dashboard.look.figures import figures
from dashboard.products import product_mapping, reconciliation_views
from pixplore.cells import harmless
from pixplore.errors import Unavailable

EXAMPLE = (
    "sku,file,title,category,created_at,brand,price\n"
    "HT-3110,hammer9.jpg,Claw hammer 16 oz,Hand tools,2026-03-04,Torvald,17.50\n"
    "TW-2101,plate.jpg,Dinner plate 27 cm,Tableware,2026-03-05,Ashcombe,14.90\n"
)
PATIENCE = 300
"""Seconds that a list of 100,000 lines may take."""
MOST_COLUMNS = 42
"""Columns that can be changed by hand."""
BY = {"file": "file name in the list", "sku": "SKU of the picture", "name": "picture named after the SKU"}


def importer() -> None:
    """Choose a list, say what its columns are, see what it does, import it."""
    st.markdown(
        "A CSV with one product a line. Pictures are found by **SKU** or by **file name**; title, category and date go "
        "to the pictures, every other column becomes an attribute to filter by."
    )
    chosen = st.file_uploader("Product list (CSV)", type=["csv", "tsv", "txt"], max_upload_size=20, key="px-products")
    if chosen is None:
        st.download_button(
            "Download an example", EXAMPLE, "products-example.csv", "text/csv", icon=":material/download:",
            on_click="ignore", type="tertiary",
        )  # fmt: skip
        return
    content = chosen.getvalue()
    table = _table(content)
    becomes = _mapping(table)
    if said := product_mapping.faults(table, becomes):
        for sentence in said:
            st.warning(sentence, icon=":material/rule:")
        return
    if doubt := product_mapping.doubt(becomes):
        st.warning(doubt, icon=":material/rule:")
    guessed = becomes == [column.guess for column in table.columns]
    sent = content if guessed else product_mapping.rewritten(table, becomes)
    report = _report(sent)
    _what(report)
    if st.session_state.get("px_products_done") == report["digest"]:
        _done(report)
    elif report["counts"]["rows"]:
        n = report["counts"]["rows"]
        if st.button(f"Import {n:,} product{'' if n == 1 else 's'}", type="primary", icon=":material/check:"):
            _import(sent, report, n)
    _lists(report)


def _table(content: bytes) -> product_mapping.Table:
    """The columns of this very file, read once."""
    digest = hashlib.sha256(content).hexdigest()
    kept: tuple[str, product_mapping.Table] | None = st.session_state.get("px_products_table")
    if kept is None or kept[0] != digest:
        kept = st.session_state["px_products_table"] = (digest, product_mapping.read(content))
    return kept[1]


def _mapping(table: product_mapping.Table) -> list[str]:
    """What each column becomes, as the person says; open by itself only where the guess cannot be, or is doubtful."""
    guesses, choices = [column.guess for column in table.columns], list(product_mapping.CHOICES)
    with st.expander(
        f"Columns of the list ({len(guesses):,})",
        icon=":material/view_column:",
        expanded=bool(product_mapping.faults(table, guesses) or product_mapping.doubt(guesses)),
    ):
        st.caption("What Pixplore takes each column for. Change what is wrong.")
        columns = st.columns(3)
        becomes = [
            columns[n % 3].selectbox(
                theme.plain(column.heading[:80]), choices, index=choices.index(column.guess),
                format_func=product_mapping.CHOICES.__getitem__,
                key=f"px-column-{n}-{column.heading[:80]}", help=theme.plain(_such_as(column)),
            )
            for n, column in enumerate(table.columns[:MOST_COLUMNS])
        ]  # fmt: skip
        if more := guesses[MOST_COLUMNS:]:
            st.caption(f"{len(more):,} more columns stay as they are guessed.")
    return becomes + guesses[MOST_COLUMNS:]


def _such_as(column: product_mapping.Column) -> str:
    return f"Such as: {', '.join(s[:60] for s in column.samples)}" if column.samples else "Empty in the first lines"


def _import(content: bytes, report: dict[str, Any], n: int) -> None:
    """All of the list or nothing of it: the service writes it in one go."""
    try:
        with st.spinner(f"Joining {n:,} products and their pictures …", show_time=True):
            said = _ask(content, dry_run=False)
    except Unavailable as problem:
        st.error(f"{theme.plain(problem.detail)} The same list can be imported again: nothing is there twice.")
        return
    catalogue_calls.changed(version=said["version"])
    filter_panel.forget(said["version"])
    reconciliation_views.forget()
    st.session_state["px_products_report"] = said | {"digest": report["digest"]}
    st.session_state["px_products_done"] = report["digest"]
    st.rerun()


def _report(content: bytes) -> dict[str, Any]:
    """The preview of this very list, asked for once."""
    digest = hashlib.sha256(content).hexdigest()
    kept: dict[str, Any] | None = st.session_state.get("px_products_report")
    if kept is None or kept["digest"] != digest:
        with theme.loading("Looking for pictures"):
            kept = _ask(content, dry_run=True) | {"digest": digest}
        st.session_state["px_products_report"] = kept
        st.session_state.pop("px_products_done", None)
    return kept


def _ask(content: bytes, *, dry_run: bool) -> dict[str, Any]:
    said: dict[str, Any] = client.send(
        "/v1/products/import", content, "text/csv", {"dry_run": dry_run}, timeout=PATIENCE
    )
    return said


def _what(report: dict[str, Any]) -> None:
    counts = report["counts"]
    shown = [
        ("Products", counts["rows"]),
        ("New", counts["new_products"]),
        ("Changed", counts["changed_products"]),
        ("Pictures found", counts["images"]),
        ("Without picture", counts["rows_without_image"]),
        ("Conflicts", _conflicts(report)),
        ("Lines not used", report["lines_skipped"]),
    ]
    figures(shown)
    separators = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    columns = ", ".join(f"{c['heading']} → {c['becomes'].removeprefix('attr.')}" for c in report["columns"][:12])
    st.caption(
        theme.plain(
            f"Read as {report['encoding']}, separated by {separators[report['separator']]}. Columns: {columns}."
        )
    )
    if report["dry_run"] and not any(n for _, n in shown[1:]):
        st.caption("Everything in this list is known already: importing it changes nothing.")
    if report["dry_run"] and (becoming := _becoming(counts)):
        st.caption(becoming)
    if counts["kept"]:
        n = counts["kept"]
        st.caption(f"On {n:,} picture{'' if n == 1 else 's'} something that a person edited stays as it is.")


def _becoming(counts: dict[str, int]) -> str:
    """What pictures that stand in the catalogue would look like afterwards, in a sentence."""
    changes = [
        f"the {what} of {theme.counted(n, 'picture')}"
        for what, n in (("title", counts["retitled"]), ("category", counts["recategorised"]))
        if n
    ]
    return f"Changes {' and '.join(changes)}." if changes else ""


def _done(report: dict[str, Any]) -> None:
    counts = report["counts"]
    st.success(
        f"In: {theme.counted(counts['rows'], 'product')}. Brought up to date: "
        f"{theme.counted(counts['changed_images'], 'picture')}. Pictures that come later are joined as they arrive.",
        icon=":material/check_circle:",
    )
    st.page_link(st.session_state["pages"]["products"], label="See all products", icon=":material/inventory_2:")


def _lists(report: dict[str, Any]) -> None:
    """What matches, what does not, what is doubtful and what is wrong, a tab each; up to 200 lines of each."""
    matched = [
        {
            "Line": m["line"], "SKU": m["sku"], "Title": m["title"], "Pictures": m["images"],
            "Such as": ", ".join(m["names"]), "Found by": BY[m["by"]],
            "Instead of SKU": ", ".join(m["had_skus"]),
        }
        for m in report["matched"]
    ]  # fmt: skip
    without = [
        {"Line": u["line"], "SKU": u["sku"], "Title": u["title"], "File": u["file_name"]} for u in report["unmatched"]
    ]
    conflicts = [
        {
            "Line": a["line"],
            "SKU": a["sku"],
            "Picture": a["file_name"],
            "Why": f"{a['images']} pictures have this file name; none was joined",
        }
        for a in report["ambiguous"]
    ] + [
        {
            "Line": None,
            "SKU": ", ".join(c["skus"]),
            "Picture": c["name"],
            "Why": "Several products claim this picture; it was not joined",
        }
        for c in report["clashes"]
    ]
    problems = [
        {"Line": p["line"], "SKU": p["sku"], "What": p["message"], "Used": "no" if p["skipped"] else "in part"}
        for p in report["problems"]
    ]
    lists = [
        ("Matched", matched, report["counts"]["rows_with_images"]),
        ("Without picture", without, report["counts"]["rows_without_image"]),
        ("Conflicts", conflicts, _conflicts(report)),
        ("Problems", problems, report["problem_count"]),
    ]
    filled = [(name, rows, n) for name, rows, n in lists if rows]
    if not filled:
        return
    for tab, (name, rows, n) in zip(st.tabs([f"{name} {n:,}" for name, _, n in filled]), filled, strict=True):
        with tab:
            st.dataframe(rows, hide_index=True, key=f"px-list-{name}", placeholder="")
            if n > len(rows):
                st.caption(f"The first {len(rows):,} of {n:,}.")
            st.download_button(
                f"{name} as CSV", as_csv(rows), f"product-list-{name.lower().replace(' ', '-')}.csv", "text/csv",
                icon=":material/download:", on_click="ignore", key=f"px-save-{name}",
            )  # fmt: skip


def _conflicts(report: dict[str, Any]) -> int:
    return int(report["counts"]["ambiguous"] + report["counts"]["clashes"])


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV in which no cell can start a formula in a spreadsheet (ASVS 1.2.10)."""
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(map(harmless, names))
    for row in rows:
        table.writerow([harmless(v) if isinstance(v, str) else v for v in map(row.get, names)])
    return out.getvalue()
