"""What phones said of an inspection without a signal, and which inspections were appeals against a decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_verdicts",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("bundle_sha256", sa.String(64), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("grade", sa.String(20), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_phone_verdicts_inspection_id"),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_phone_verdicts"),
    )
    op.create_table(
        "appeals",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("against_decision_id", sa.Uuid(), nullable=False),
        sa.Column("appealed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_appeals_inspection_id"),
        sa.ForeignKeyConstraint(["against_decision_id"], ["decisions.id"], name="fk_appeals_against_decision_id"),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_appeals"),
    )


def downgrade() -> None:
    op.drop_table("appeals")
    op.drop_table("phone_verdicts")
