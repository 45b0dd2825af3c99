"""Past evidence judged again: jobs, and what would be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rejudgements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("standard", sa.String(64), nullable=True),
        sa.Column("standard_version", sa.Integer(), nullable=True),
        sa.Column("standard_fingerprint", sa.String(64), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("model", sa.String(100), nullable=True),
        sa.Column("sku", sa.String(64), nullable=True),
        sa.Column("inspected_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspected_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("after_piece", sa.Uuid(), nullable=True),
        sa.Column("failure", sa.String(1000), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_rejudgements_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rejudgements"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_rejudgements_organisation_id_number"),
    )
    op.create_index("ix_rejudgements_state", "rejudgements", ["state"])
    op.create_table(
        "rejudged_pieces",
        sa.Column("rejudgement_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(20), nullable=False),
        sa.Column("after", sa.String(20), nullable=True),
        sa.Column("decided", sa.String(20), nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.Column("failure", sa.String(1000), nullable=True),
        sa.ForeignKeyConstraint(["rejudgement_id"], ["rejudgements.id"], name="fk_rejudged_pieces_rejudgement_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_rejudged_pieces_piece_id"),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_rejudged_pieces_inspection_id"),
        sa.PrimaryKeyConstraint("rejudgement_id", "piece_id", name="pk_rejudged_pieces"),
    )
    op.create_index("ix_rejudged_pieces_differs", "rejudged_pieces", ["rejudgement_id", "differs", "piece_id"])


def downgrade() -> None:
    op.drop_table("rejudged_pieces")
    op.drop_table("rejudgements")
