"""A folder of labelled photos: products/, negatives/ and defects/<set>/, each with images/ and its labels."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PHOTOS = {".jpg", ".jpeg", ".png", ".webp"}
KINDS = ("basket", "tray", "mat", "placemat", "bag", "box")
MATERIALS = ("water_hyacinth", "mendong", "pandan", "bamboo", "rattan", "seagrass", "banana_fibre")


@dataclass(frozen=True)
class Labelled:
    """One photo with what is known of it.

    Attributes:
        path: the file.
        group: what it may not be separated from: a product, a cloth.
        population: "products", "negatives", or the name of a set of defects.
        woven: whether it shows a woven product; cloth counts.
        defective: None where it is a whole picture that only localisation is judged by, or shows nothing woven.
        kind: None where unknown or not asked for.
        material: the same.
    """

    path: Path
    group: str
    population: str
    woven: bool
    defective: bool | None
    kind: str | None = None
    material: str | None = None


def photos_of(data: Path) -> list[Path]:
    """Every photo of the folder, in the order of their paths.

    Raises:
        FileNotFoundError: There is none.
    """
    folders = [data / "products" / "images", data / "negatives" / "images", *sorted(data.glob("defects/*/images"))]
    found = [p for folder in folders for p in sorted(folder.glob("*")) if p.suffix.lower() in PHOTOS]
    if not found:
        raise FileNotFoundError(f"{data} holds no photos under products/, negatives/ or defects/*/images")
    return found


def read_labels(data: Path) -> list[Labelled]:
    """Every labelled photo of the folder."""
    found = []
    for row in _rows(data / "products" / "labels.csv"):
        woven = row["woven"] == "1"
        found.append(
            Labelled(
                data / "products" / "images" / row["file"],
                row["product_id"],
                "products",
                woven,
                False if woven else None,
                row["kind"] if woven and row["kind"] in KINDS else None,
                row["material"] if woven and row["material"] in MATERIALS else None,
            )
        )
    found += [
        Labelled(data / "negatives" / "images" / row["file"], row["file"], "negatives", False, None)
        for row in _rows(data / "negatives" / "labels.csv")
    ]
    for folder in sorted(p for p in data.glob("defects/*") if p.is_dir()):
        boxed = (folder / "boxes.csv").exists()
        for row in _rows(folder / "images.csv"):
            defective = row["defective"] == "1"
            judged = row["part"] != "full" or not defective or not boxed
            path = folder / "images" / row["file"]
            found.append(Labelled(path, row["group"], folder.name, True, defective if judged else None))
    return found


def only(data: Path, names: Collection[str], into: Path) -> Path:
    """A folder of the same layout with some sets alone, its photos linked and not copied.

    Args:
        data: the whole folder.
        names: sets of defects, sources of products, or "negatives".
        into: an empty folder.

    Raises:
        ValueError: a name is none of the folder's.
    """
    known = {row["source"] for row in _rows(data / "products" / "labels.csv")}
    known |= {"negatives"} | {p.name for p in data.glob("defects/*") if p.is_dir()}
    if strange := sorted(set(names) - known):
        raise ValueError(f"{strange[0]!r} is no set of {data}; there are {', '.join(sorted(known))}")
    products = [row for row in _rows(data / "products" / "labels.csv") if row["source"] in names]
    if products:
        (into / "products" / "images").mkdir(parents=True)
        with (into / "products" / "labels.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(products[0]))
            writer.writeheader()
            writer.writerows(products)
        for row in products:
            _link(data / "products" / "images" / row["file"], into / "products" / "images" / row["file"])
    if "negatives" in names:
        _link(data / "negatives", into / "negatives")
    for folder in data.glob("defects/*"):
        if folder.name in names:
            (into / "defects").mkdir(parents=True, exist_ok=True)
            _link(folder, into / "defects" / folder.name)
    return into


def _link(there: Path, here: Path) -> None:
    here.symlink_to(there.resolve())


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
