"""Lots under acceptance sampling, blind re-inspections, switching states, and what an organisation asks for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("lots_required", sa.Boolean(), nullable=True))
    op.create_table(
        "lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("batch_line_id", sa.Uuid(), nullable=False),
        sa.Column("previous_lot_id", sa.Uuid(), nullable=True),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("standard_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("sampled_at", UTCDateTime(), nullable=False),
        sa.Column("started_by", sa.String(64), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=True),
        sa.Column("switching", sa.JSON(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("size > 0", name="ck_lots_size_positive"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_lots_organisation_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_lots_batch_id"),
        sa.ForeignKeyConstraint(["batch_line_id"], ["batch_lines.id"], name="fk_lots_batch_line_id"),
        sa.ForeignKeyConstraint(["previous_lot_id"], ["lots.id"], name="fk_lots_previous_lot_id"),
        sa.ForeignKeyConstraint(
            ["standard_version_id"], ["standard_versions.id"], name="fk_lots_standard_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lots"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_lots_organisation_id_number"),
    )  # fmt: skip
    op.create_index("ix_lots_batch", "lots", ["batch_id", "number"])
    op.create_index("ix_lots_sku", "lots", ["organisation_id", "sku", "state"])
    op.create_table(
        "lot_pieces",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name="fk_lot_pieces_lot_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_lot_pieces_piece_id"),
        sa.PrimaryKeyConstraint("lot_id", "piece_id", name="pk_lot_pieces"),
        sa.UniqueConstraint("lot_id", "position", name="uq_lot_pieces_lot_id_position"),
    )
    op.create_table(
        "reinspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("standard_version_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("occasion", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ordered_at", UTCDateTime(), nullable=False),
        sa.Column("inspected_by", sa.String(64), nullable=True),
        sa.Column("defects", sa.JSON(), nullable=True),
        sa.Column("checks", sa.JSON(), nullable=True),
        sa.Column("worst", sa.String(20), nullable=True),
        sa.Column("meets_standard", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.String(1000), nullable=True),
        sa.Column("actor", sa.String(100), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_reinspections_organisation_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_reinspections_piece_id"),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name="fk_reinspections_lot_id"),
        sa.ForeignKeyConstraint(
            ["standard_version_id"], ["standard_versions.id"], name="fk_reinspections_standard_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reinspections"),
        sa.UniqueConstraint("organisation_id", "sequence", name="uq_reinspections_organisation_id_sequence"),
        sa.UniqueConstraint("piece_id", "occasion", name="uq_reinspections_piece_id_occasion"),
    )
    op.create_index("ix_reinspections_listing", "reinspections", ["organisation_id", "state", "sequence"])
    op.create_index("ix_reinspections_lot", "reinspections", ["lot_id", "purpose", "position"])
    op.create_table(
        "reinspection_photos",
        sa.Column("reinspection_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(20), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["reinspection_id"], ["reinspections.id"], name="fk_reinspection_photos_reinspection_id"
        ),
        sa.PrimaryKeyConstraint("reinspection_id", "position", name="pk_reinspection_photos"),
        sa.UniqueConstraint("reinspection_id", "sha256", name="uq_reinspection_photos_reinspection_id_sha256"),
    )  # fmt: skip
    op.create_table(
        "switching_states",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("defect_class", sa.String(20), nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("level", sa.String(4), nullable=False),
        sa.Column("aql", sa.String(8), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("permission", sa.JSON(), nullable=True),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_switching_states_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_switching_states"),
        sa.UniqueConstraint(
            "organisation_id", "sku", "defect_class", "edition", "level", "aql",
            name="uq_switching_states_key",
        ),
    )  # fmt: skip
    op.create_table(
        "sampling_policies",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("lots_required", sa.Boolean(), nullable=False),
        sa.Column("accepted_rate", sa.Double(), nullable=False),
        sa.Column("refused_rate", sa.Double(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "accepted_rate >= 0 AND accepted_rate <= 1", name="ck_sampling_policies_accepted_rate_is_a_share"
        ),
        sa.CheckConstraint(
            "refused_rate >= 0 AND refused_rate <= 1", name="ck_sampling_policies_refused_rate_is_a_share"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_sampling_policies_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_sampling_policies"),
    )


def downgrade() -> None:
    for table in (
        "sampling_policies", "switching_states", "reinspection_photos", "reinspections", "lot_pieces", "lots",
    ):  # fmt: skip
        op.drop_table(table)
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("lots_required")
