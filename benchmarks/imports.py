"""How fast files come in: `python -m benchmarks.imports`. Parquet and CSV, each into an empty catalogue."""

from benchmarks import catalogue
from benchmarks.catalogue import Imported
from benchmarks.figures import HEADER, IMAGES, row, told
from benchmarks.place import Place, place
from benchmarks.report import table

BARS = {"Parquet": 30_000, "CSV": 15_000}
PEAK_MB = 1_000


def measure(here: Place) -> list[list[object]]:
    """Parquet as the catalogue of the place came in; CSV into a database of its own."""
    file, url = here.folder / "images.csv", here.postgres.new("csv")
    catalogue.csv(file)
    csv = catalogue.import_file(url, file)
    file.unlink()
    here.postgres.drop("csv")
    return [*_rows("Parquet", here.imported), *_rows("CSV", csv)]


def _rows(kind: str, seen: Imported) -> list[list[object]]:
    bar = BARS[kind]
    return [
        row(f"import of {IMAGES:,} rows, {kind}", f"{seen.rows_s:,.0f} rows/s ({seen.seconds:.1f} s)",
            f">= {bar:,} rows/s", seen.rows_s >= bar),
        row("… memory of the importing process at most", f"{seen.peak_mb:,.0f} MB", "< 1 GB", seen.peak_mb < PEAK_MB),
    ]  # fmt: skip


def main() -> None:
    with place(embeddings=False) as here:
        rows = measure(here)
    told("Import", table(HEADER, rows))


if __name__ == "__main__":
    main()
