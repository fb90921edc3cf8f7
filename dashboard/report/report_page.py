"""The report as one HTML file: no script, nothing from elsewhere; opens offline and prints on A4, all but the
longest views on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from dashboard.catalogue.chips import Chip

_STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Block:
    """A chart with its title and a line on how to read it; `said` are findings in words. `chart` is SVG, or nothing."""

    title: str
    how: str
    chart: str
    said: Sequence[str] = ()


def page(
    *, filters: Sequence[Chip], figures: Sequence[tuple[str, str]], main: Block, more: Sequence[Block],
    by: str, at: datetime, address: str,
) -> bytes:  # fmt: skip
    """The whole file. `figures` are (number, name) pairs; `address` leads to the live page."""
    date = f"{at.day} {at:%B %Y, %H:%M} UTC"
    chips = "".join(f"<li>{escape(chip.what)} <b>{escape(chip.text)}</b></li>" for chip in filters)
    cells = "".join(f"<div><b>{escape(number)}</b><span>{escape(name)}</span></div>" for number, name in figures)
    live = f'<a href="{escape(address, quote=True)}">Open this view in Pixplore</a>'
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Pixplore report, {at.day} {at:%B %Y}</title><style>{_STYLE}</style></head>
<body><header><h1>Picture report</h1><p>{date}, by {escape(by)}</p></header>
<ul class="filters" aria-label="What is counted">{chips or "<li>The whole catalogue</li>"}</ul>
<div class="figures">{cells}</div>
{_block(main)}<div class="two">{"".join(map(_block, more))}</div>
<footer>{live}. Numbers and bars lead to their pictures, which may have changed since this report was made.</footer>
</body></html>
""".encode()


def _block(block: Block) -> str:
    said = f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in block.said)}</ul>" if block.said else ""
    how = f"<p>{escape(block.how)}</p>" if block.how else ""
    return f"<section><h2>{escape(block.title)}</h2>{how}{said}{block.chart}</section>\n"
