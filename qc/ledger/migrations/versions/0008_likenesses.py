"""Likenesses of judged photos, so that one photo for two pieces is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BANDS = range(8)


def upgrade() -> None:
    op.create_index("ix_inspection_photos_judged_sha256", "inspection_photos", ["judged_sha256"])
    op.create_table(
        "likenesses",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("bits", sa.String(30), nullable=False),
        *(sa.Column(f"band_{n}", sa.SmallInteger(), nullable=False) for n in _BANDS),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_likenesses_inspection_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_likenesses_organisation_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_likenesses_piece_id"),
        sa.PrimaryKeyConstraint("inspection_id", "position", name="pk_likenesses"),
    )
    for n in _BANDS:
        op.create_index(f"ix_likenesses_band_{n}", "likenesses", ["organisation_id", f"band_{n}", "inspection_id"])


def downgrade() -> None:
    op.drop_table("likenesses")
    op.drop_index("ix_inspection_photos_judged_sha256", "inspection_photos")
