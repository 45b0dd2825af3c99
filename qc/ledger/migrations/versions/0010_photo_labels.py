"""What people say of defects on a judged photo: labels to learn from, appended and never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo_labels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("occasion", sa.String(20), nullable=False),
        sa.Column("labelled_by", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("labelled_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_photo_labels_organisation_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_photo_labels_piece_id"),
        sa.ForeignKeyConstraint(
            ["inspection_id", "position"],
            ["inspection_photos.inspection_id", "inspection_photos.position"],
            name="fk_photo_labels_photo",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo_labels"),
        sa.UniqueConstraint(
            "inspection_id", "position", "number", name="uq_photo_labels_inspection_id_position_number"
        ),
    )
    op.create_index("ix_photo_labels_piece_id", "photo_labels", ["piece_id"])


def downgrade() -> None:
    op.drop_table("photo_labels")
