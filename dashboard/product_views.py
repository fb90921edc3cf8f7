"""The product list: what of it would match, then the same for good; and the products that are known."""

import csv
import hashlib
import io
from typing import Any

import streamlit as st

from dashboard import client, theme
from dashboard.figures import figures
from pixplore.cells import harmless

EXAMPLE = (
    "sku,file,title,category,created_at,brand,price\n"
    "HT-3110,hammer9.jpg,Claw hammer 16 oz,Hand tools,2026-03-04,Torvald,17.50\n"
    "TW-2101,plate.jpg,Dinner plate 27 cm,Tableware,2026-03-05,Ashcombe,14.90\n"
)
BY = {"file": "file name in the list", "sku": "SKU of the picture", "name": "picture named after the SKU"}


def importer() -> None:
    """Choose a list, see what it does, import it."""
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
    report = _report(content)
    _what(report)
    if st.session_state.get("px_products_done") == report["digest"]:
        _done(report)
    elif report["counts"]["rows"]:
        n = report["counts"]["rows"]
        if st.button(f"Import {n:,} product{'' if n == 1 else 's'}", type="primary", icon=":material/check:"):
            with theme.loading("Joining products and pictures"):
                said = _ask(content, dry_run=False)
            st.session_state["px_products_report"] = said | {"digest": report["digest"]}
            st.session_state["px_products_done"] = report["digest"]
            st.rerun()
    _lists(report)


def _report(content: bytes) -> dict[str, Any]:
    """The preview of this very file, asked for once."""
    digest = hashlib.sha256(content).hexdigest()
    kept: dict[str, Any] | None = st.session_state.get("px_products_report")
    if kept is None or kept["digest"] != digest:
        with theme.loading("Looking for pictures"):
            kept = _ask(content, dry_run=True) | {"digest": digest}
        st.session_state["px_products_report"] = kept
        st.session_state.pop("px_products_done", None)
    return kept


def _ask(content: bytes, *, dry_run: bool) -> dict[str, Any]:
    said: dict[str, Any] = client.send("/v1/products/import", content, "text/csv", {"dry_run": dry_run})
    return said


def _what(report: dict[str, Any]) -> None:
    counts = report["counts"]
    shown = [
        ("Products", counts["rows"]),
        ("New", counts["new_products"]),
        ("Changed", counts["changed_products"]),
        ("Pictures found", counts["images"]),
        ("Without picture", counts["rows_without_image"]),
        ("Doubtful", counts["ambiguous"] + counts["clashes"]),
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
    if report["dry_run"] and (becoming := _becoming(counts)):
        st.caption(becoming)
    if counts["kept"]:
        n = counts["kept"]
        st.caption(f"On {n:,} picture{'' if n == 1 else 's'} something that a person edited stays as it is.")


def _becoming(counts: dict[str, int]) -> str:
    """What pictures that stand in the catalogue would look like afterwards, in a sentence."""
    changes = [
        f"the {what} of {n:,} picture{'' if n == 1 else 's'}"
        for what, n in (("title", counts["retitled"]), ("category", counts["recategorised"]))
        if n
    ]
    return f"Changes {' and '.join(changes)}." if changes else ""


def _done(report: dict[str, Any]) -> None:
    counts = report["counts"]
    st.success(
        f"{counts['rows']:,} products are in; {counts['changed_images']:,} pictures were brought up to date. Pictures "
        "that come later are joined as they arrive.",
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
    doubtful = [
        {
            "SKU": a["sku"],
            "Picture": a["file_name"],
            "Why": f"{a['images']} pictures have this file name (line {a['line']})",
        }
        for a in report["ambiguous"]
    ] + [
        {"SKU": ", ".join(c["skus"]), "Picture": c["name"], "Why": "several products claim this picture"}
        for c in report["clashes"]
    ]
    problems = [
        {"Line": p["line"], "SKU": p["sku"], "What": p["message"], "Used": "no" if p["skipped"] else "in part"}
        for p in report["problems"]
    ]
    lists = [
        ("Matched", matched, report["counts"]["rows_with_images"]),
        ("Without picture", without, report["counts"]["rows_without_image"]),
        ("Doubtful", doubtful, report["counts"]["ambiguous"] + report["counts"]["clashes"]),
        ("Problems", problems, report["problem_count"]),
    ]
    filled = [(name, rows, n) for name, rows, n in lists if rows]
    if not filled:
        return
    for tab, (name, rows, n) in zip(st.tabs([f"{name} {n:,}" for name, _, n in filled]), filled, strict=True):
        with tab:
            st.dataframe(rows, hide_index=True, key=f"px-list-{name}")
            if n > len(rows):
                st.caption(f"The first {len(rows):,} of {n:,}.")
            if name == "Problems":
                st.download_button(
                    "Problems as CSV", as_csv(rows), "product-list-problems.csv", "text/csv",
                    icon=":material/download:", on_click="ignore",
                )  # fmt: skip


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV in which no cell can start a formula in a spreadsheet (ASVS 1.2.10)."""
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: harmless(v) if isinstance(v, str) else v for name, v in row.items()})
    return out.getvalue()
