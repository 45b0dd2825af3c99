"""The defect map of a judged photo, painted anew each time: it is kept nowhere, being much larger than its boxes."""

from __future__ import annotations

from qc.errors import Conflict
from qc.model.approved import ApprovedSample
from qc.model.heat_picture import heat_picture
from qc.serving.in_service import ModelInService


def heat_of(serving: ModelInService, judged: bytes, judged_by: str, sample: ApprovedSample | None) -> bytes:
    """The defect map behind a verdict, as a picture to lay over the judged image.

    Args:
        serving: the model that judges here.
        judged: the judged image's bytes.
        judged_by: name and version of the model that gave the verdict.
        sample: the approved sample that its standard names.

    Raises:
        Conflict: another model gave the verdict: its map would explain something else.
    """
    with serving.taken() as model:
        if model.title != judged_by:
            raise Conflict(
                f"{judged_by} judged this photo and {model.title} serves now: its map would not explain that verdict; "
                "look at the marked photo, or have the piece judged again"
            )
        return heat_picture(model.examiner.heat(model.examiner.judge(judged), sample))
