"""Weeks in few numbers, from which drift is judged; and indexes by which a week's rows are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drift_weeks",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("digest", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_drift_weeks_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "week", name="pk_drift_weeks"),
    )
    op.create_index("ix_inspections_by_time", "inspections", ["organisation_id", "inspected_at"])
    op.create_index("ix_decisions_by_time", "decisions", ["organisation_id", "decided_at"])
    op.create_index("ix_phone_verdicts_received_at", "phone_verdicts", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_phone_verdicts_received_at", "phone_verdicts")
    op.drop_index("ix_decisions_by_time", "decisions")
    op.drop_index("ix_inspections_by_time", "inspections")
    op.drop_table("drift_weeks")
