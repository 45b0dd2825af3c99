"""What a challenger said of an inspection, beside the verdict that counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_verdicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("first_model", sa.String(100), nullable=False),
        sa.Column("first_status", sa.String(20), nullable=False),
        sa.Column("first_grade", sa.String(20), nullable=True),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("bundle_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("grade", sa.String(20), nullable=True),
        sa.Column("disagrees", sa.Boolean(), nullable=False),
        sa.Column("status_differs", sa.Boolean(), nullable=False),
        sa.Column("grade_differs", sa.Boolean(), nullable=False),
        sa.Column("codes_differ", sa.Boolean(), nullable=False),
        sa.Column("missed", sa.JSON(), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("judged_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_shadow_verdicts_organisation_id"),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_shadow_verdicts_inspection_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_shadow_verdicts_piece_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_verdicts"),
        sa.UniqueConstraint("inspection_id", "bundle_sha256", name="uq_shadow_verdicts_inspection_id_bundle_sha256"),
    )
    op.create_index("ix_shadow_verdicts_listing", "shadow_verdicts", ["organisation_id", "judged_at", "id"])
    op.create_index("ix_shadow_verdicts_judged_at", "shadow_verdicts", ["judged_at"])


def downgrade() -> None:
    op.drop_table("shadow_verdicts")
