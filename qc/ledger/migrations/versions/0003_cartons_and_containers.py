"""Cartons, containers, the serials of SSCCs; versions, particulars and times of sealing on batches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import Money, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batches") as batches:
        batches.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batches.add_column(sa.Column("particulars", sa.JSON(), nullable=False, server_default="{}"))
        batches.add_column(sa.Column("sealed_at", UTCDateTime(), nullable=True))
        batches.add_column(sa.Column("shipped_at", UTCDateTime(), nullable=True))
    op.create_table(
        "sscc_serials",
        sa.Column("prefix", sa.String(10), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name="pk_sscc_serials"),
    )
    op.create_table(
        "containers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(11), nullable=False),
        sa.Column("type", sa.String(8), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("seal_no", sa.String(64), nullable=True),
        sa.Column("stuffing_location", sa.String(300), nullable=True),
        sa.Column("stuffing_time", UTCDateTime(), nullable=True),
        sa.Column("consolidator", sa.String(300), nullable=True),
        sa.Column("tare_kg", Money(), nullable=True),
        sa.Column("vgm_kg", Money(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_containers_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_containers"),
    )
    op.create_index("ix_containers_number", "containers", ["organisation_id", "number"])
    op.create_index("ix_containers_listing", "containers", ["organisation_id", "created_at", "id"])
    op.create_table(
        "cartons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("container_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("sscc", sa.String(18), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("gross_kg", Money(), nullable=True),
        sa.Column("net_kg", Money(), nullable=True),
        sa.Column("length_cm", Money(), nullable=True),
        sa.Column("width_cm", Money(), nullable=True),
        sa.Column("height_cm", Money(), nullable=True),
        sa.Column("desiccant_g", Money(), nullable=True),
        sa.Column("moisture_pct", Money(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("pieces >= 0", name="ck_cartons_pieces_not_negative"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_cartons_organisation_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_cartons_batch_id"),
        sa.ForeignKeyConstraint(["container_id"], ["containers.id"], name="fk_cartons_container_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cartons"),
        sa.UniqueConstraint("batch_id", "position", name="uq_cartons_batch_id_position"),
        sa.UniqueConstraint("batch_id", "number", name="uq_cartons_batch_id_number"),
        sa.UniqueConstraint("sscc", name="uq_cartons_sscc"),
    )
    op.create_index("ix_cartons_container_id", "cartons", ["container_id"])
    op.create_table(
        "carton_pieces",
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("carton_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("packed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["piece_id"], ["batch_pieces.piece_id"], name="fk_carton_pieces_piece_id"),
        sa.ForeignKeyConstraint(["carton_id"], ["cartons.id"], name="fk_carton_pieces_carton_id"),
        sa.PrimaryKeyConstraint("piece_id", name="pk_carton_pieces"),
        sa.UniqueConstraint("carton_id", "position", name="uq_carton_pieces_carton_id_position"),
    )


def downgrade() -> None:
    for table in ("carton_pieces", "cartons", "containers", "sscc_serials"):
        op.drop_table(table)
    with op.batch_alter_table("batches") as batches:
        for column in ("shipped_at", "sealed_at", "particulars", "version"):
            batches.drop_column(column)
