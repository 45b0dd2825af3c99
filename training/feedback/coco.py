"""COCO files: labels of a snapshot for tools that draw boxes, and what those tools drew as a snapshot.

What COCO has no word for stands in fields that its readers pass over: an image's `good`, `view`, `piece`, `labels`
without a box, and what is *not* there (`absent`); an annotation's `severity`, `source` and `weight`. A file that this
project wrote comes back as the same labels; in one from elsewhere every image is a piece of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from qc.errors import BadInput
from qc.model.judged import JudgedPhoto
from qc.standards.taxonomy import taxonomy
from training.feedback.coco_form import CocoAnnotation, CocoFile, CocoImage, CocoLabel, CocoPiece
from training.feedback.rows import LabelRow, PhotoRow, PieceRow, Record, Source, Split
from training.feedback.snapshot import Snapshot, photo_path
from training.feedback.taking import Shares
from training.feedback.writing import SnapshotWriter

LARGEST = 500_000_000
"""Bytes of a COCO file that are read: it is held whole."""


def category_ids() -> dict[str, int]:
    """COCO's category ids: the codes of the taxonomy in its order, from 1."""
    return {code: place for place, code in enumerate(taxonomy().defects, 1)}


def export_coco(snapshot: Snapshot, target: Path) -> int:
    """Write a snapshot's labels as one COCO file; file names are relative to the snapshot's folder.

    Written beside its place and renamed, an image at a time.

    Returns:
        How many images.
    """
    ids = category_ids()
    names = {code: defect.name.en for code, defect in taxonomy().defects.items()}
    head: dict[str, Any] = {
        "info": {"description": snapshot.folder.name, "date_created": snapshot.manifest.made_at},
        "licenses": [{"id": 1, "name": snapshot.manifest.licence, "url": ""}],
        "categories": [{"id": ids[code], "name": code, "supercategory": names[code]} for code in ids],
    }
    beside = target.with_name(f".{target.name}.writing")
    number = 0
    try:
        with beside.open("w", encoding="utf-8") as out:
            out.write(json.dumps(head)[:-1] + ', "images": [\n')
            for number, image in enumerate(_images(snapshot), 1):
                out.write((",\n" if number > 1 else "") + json.dumps(image | {"id": number}))
            out.write('\n], "annotations": [\n')
            for place, annotation in enumerate(_annotations(snapshot, ids), 1):
                out.write((",\n" if place > 1 else "") + json.dumps(annotation | {"id": place}))
            out.write("\n]}\n")
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return number


def import_coco(
    file: Path, photos: Path, into: Path, *, licence: str, complete: bool = False, shares: Shares = Shares()
) -> Snapshot:
    """A snapshot of what a COCO file says of photos.

    Args:
        file: COCO JSON; its categories are named by codes of the taxonomy.
        photos: The folder that its file names are relative to.
        into: The folder of snapshots.
        licence: Under which the photos may be used.
        complete: Every image was looked over whole, so that one without annotations is good. COCO cannot say so itself.
        shares: How pieces are split, where the file does not say.

    Raises:
        BadInput: It is no COCO file, names a category that is no code, a box that leaves its image, or a photo that is
            missing, leaves its folder or has another size. Nothing is written.
    """
    content = _read(file)
    code_of = {category.id: category.name for category in content.categories}
    unknown = sorted(set(code_of.values()) - category_ids().keys())
    if unknown:
        raise BadInput(
            f"{file} has categories {', '.join(unknown)}, which are no defect codes; name them as the taxonomy does: "
            f"{', '.join(category_ids())}"
        )
    drawn: dict[int, list[CocoAnnotation]] = {}
    for annotation in content.annotations:
        if annotation.category_id not in code_of:
            raise BadInput(f"annotation {annotation.id} of {file} has category {annotation.category_id}, which is none")
        drawn.setdefault(annotation.image_id, []).append(annotation)
    lost = drawn.keys() - {image.id for image in content.images}
    if lost:
        raise BadInput(f"{file} has annotations of image {min(lost)}, which it does not list")
    listed: dict[str, int] = {}
    filters = {"from": "coco", "complete": complete}
    with SnapshotWriter(into, organisation=file.name, filters=filters, licence=licence, consent=()) as writer:
        for piece, images in _pieces(content.images):
            shots, data = [], {}
            for image in images:
                bytes_of, row, labels = _image(image, drawn.get(image.id, []), code_of, photos, complete)
                if row.photo in listed:
                    raise BadInput(f"image {image.id} is image {listed[row.photo]} again; put all boxes on one of them")
                listed[row.photo] = image.id
                shots.append((row, labels))
                data[row.photo] = bytes_of
            writer.add(_record(piece, images[0], shots, shares), data.__getitem__)
        return writer.finish()


def _images(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for piece, photo, labels in snapshot.photos():
        unboxed = [_plain(label) for label in labels if label.present and label.box is None]
        absent = [_plain(label) | {"box": label.box} for label in labels if not label.present]
        about = asdict(piece)
        yield {
            "file_name": photo_path(photo.photo), "width": photo.width, "height": photo.height, "license": 1,
            "good": photo.good, "view": photo.view, "source": photo.source, "grade": photo.grade,
            "labels": unboxed, "absent": absent, "piece": about,
        }  # fmt: skip


def _annotations(snapshot: Snapshot, ids: dict[str, int]) -> Iterator[dict[str, Any]]:
    for image, (_, _, labels) in enumerate(snapshot.photos(), 1):
        for label in labels:
            if label.present and label.box is not None:
                x0, y0, x1, y1 = label.box
                plain = _plain(label)
                del plain["code"]
                yield {
                    "image_id": image, "category_id": ids[label.code], "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "area": (x1 - x0) * (y1 - y0), "iscrowd": 0, **plain,
                }  # fmt: skip


def _plain(label: LabelRow) -> dict[str, Any]:
    return {"code": label.code, "severity": label.severity, "source": label.source, "weight": label.weight}


def _read(file: Path) -> CocoFile:
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file} has {file.stat().st_size} bytes, at most {LARGEST} are read; split it by images")
        return CocoFile.model_validate_json(file.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} is no COCO file: {error}") from error


def _pieces(images: list[CocoImage]) -> Iterator[tuple[str, list[CocoImage]]]:
    """Images by piece, in the order in which pieces first appear."""
    by_piece: dict[str, list[CocoImage]] = {}
    for image in images:
        by_piece.setdefault(image.piece.piece if image.piece else f"image {image.id}", []).append(image)
    yield from by_piece.items()


def _image(
    image: CocoImage, drawn: list[CocoAnnotation], code_of: dict[int, str], photos: Path, complete: bool
) -> tuple[bytes, PhotoRow, tuple[LabelRow, ...]]:
    """The judged image, its row and its labels, scaled where the judged image had to be made smaller."""
    path = (photos / image.file_name).resolve()
    if not path.is_relative_to(photos.resolve()):
        raise BadInput(f"image {image.id} is called {image.file_name!r}, which leaves {photos}")
    try:
        judged = JudgedPhoto.make(path.read_bytes(), reduced=False)
    except OSError as error:
        raise BadInput(f"image {image.id}: {path} cannot be read ({error})") from error
    if (judged.width, judged.height) != (image.width, image.height):
        raise BadInput(
            f"image {image.id} says {image.width} x {image.height} px, {path} has {judged.width} x {judged.height}: "
            "boxes would lie elsewhere"
        )
    data = judged.photo.data
    name = sha256(data).hexdigest()
    scale = judged.photo.width / judged.width
    labels = [_label(name, label, label.box, True) for label in image.labels]
    labels += [_label(name, label, label.box, False) for label in image.absent]
    for annotation in drawn:
        x, y, width, height = annotation.bbox
        box = (x * scale, y * scale, (x + width) * scale, (y + height) * scale)
        if not (0 <= box[0] < box[2] <= judged.photo.width + 0.5 and 0 <= box[1] < box[3] <= judged.photo.height + 0.5):
            raise BadInput(f"annotation {annotation.id}: the box {list(annotation.bbox)} leaves image {image.id}")
        said = CocoLabel(
            code=code_of[annotation.category_id], severity=annotation.severity, source=annotation.source,
            weight=annotation.weight,
        )  # fmt: skip
        labels.append(_label(name, said, box, True))
    labels.sort(key=lambda label: (label.code, not label.present))
    good = image.good
    if good is None and complete:
        good = not any(label.present for label in labels)
    source: Source = image.source or "review"
    row = PhotoRow(
        name, "", image.view, judged.photo.width, judged.photo.height, good, source, image.grade, "coco", "{}"
    )
    return data, row, tuple(labels)


def _label(photo: str, said: CocoLabel, box: tuple[float, float, float, float] | None, present: bool) -> LabelRow:
    return LabelRow(photo, said.code, box, present, said.severity, said.source, said.weight)


def _record(piece: str, first: CocoImage, shots: list[tuple[PhotoRow, tuple[LabelRow, ...]]], shares: Shares) -> Record:
    about = first.piece or CocoPiece(piece=sha256(piece.encode()).hexdigest()[:16])
    split: Split = about.split or shares.split_of(about.weaver_group or about.piece)
    row = PieceRow(
        about.piece, about.weaver_group, about.collection_point, about.phone, about.week, about.sku, about.standard,
        about.kind, about.material, split,
    )  # fmt: skip
    placed = [(PhotoRow(**asdict(photo) | {"piece": about.piece}), labels) for photo, labels in shots]
    return Record(row, tuple(placed))
