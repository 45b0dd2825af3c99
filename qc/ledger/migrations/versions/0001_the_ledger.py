"""The ledger: accounts, orders and batches, pieces and inspections, the chain of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import Money, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("slug", name="uq_organisations_slug"),
    )
    op.create_table(
        "chain_heads",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_chain_heads_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_chain_heads"),
    )
    op.create_table(
        "collection_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_collection_points_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_collection_points"),
        sa.UniqueConstraint("organisation_id", "code", name="uq_collection_points_organisation_id_code"),
    )
    op.create_table(
        "events",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_events_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "sequence", name="pk_events"),
    )
    op.create_index("ix_events_subject", "events", ["organisation_id", "subject_id", "sequence"])
    op.create_table(
        "makers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("maker_ref", sa.String(64), nullable=True),
        sa.Column("salt", sa.LargeBinary(32), nullable=True),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("consent_version", sa.String(32), nullable=False),
        sa.Column("consented_at", UTCDateTime(), nullable=False),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_makers_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_makers"),
        sa.UniqueConstraint("organisation_id", "maker_ref", name="uq_makers_organisation_id_maker_ref"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("po_number", sa.String(64), nullable=False),
        sa.Column("buyer", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_orders_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("organisation_id", "po_number", name="uq_orders_organisation_id_po_number"),
    )
    op.create_table(
        "photos",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_photos_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "sha256", name="pk_photos"),
    )
    op.create_table(
        "standard_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("first_used_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_standard_versions_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_standard_versions"),
        sa.UniqueConstraint(
            "organisation_id", "name", "version", name="uq_standard_versions_organisation_id_name_version"
        ),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("collection_point_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["collection_point_id"], ["collection_points.id"], name="fk_api_keys_collection_point_id"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_api_keys_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_batches_order_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_batches_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_batches_organisation_id_number"),
    )
    op.create_index("ix_batches_listing", "batches", ["organisation_id", "opened_at", "id"])
    op.create_index("ix_batches_oldest", "batches", ["organisation_id", "state", "opened_at", "id"])
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("description", sa.String(300), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", Money(), nullable=False),
        sa.Column("customs", sa.JSON(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_order_lines_quantity_positive"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_lines"),
        sa.UniqueConstraint("order_id", "position", name="uq_order_lines_order_id_position"),
    )
    op.create_table(
        "pieces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("collection_point_id", sa.Uuid(), nullable=False),
        sa.Column("maker_id", sa.Uuid(), nullable=True),
        sa.Column("tag", sa.String(64), nullable=True),
        sa.Column("sku", sa.String(64), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(20), nullable=True),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("attempt >= 1", name="ck_pieces_attempt_from_one"),
        sa.ForeignKeyConstraint(
            ["collection_point_id"], ["collection_points.id"], name="fk_pieces_collection_point_id"
        ),
        sa.ForeignKeyConstraint(["maker_id"], ["makers.id"], name="fk_pieces_maker_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_pieces_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pieces"),
        sa.UniqueConstraint("organisation_id", "tag", name="uq_pieces_organisation_id_tag"),
    )
    op.create_index("ix_pieces_listing", "pieces", ["organisation_id", "registered_at", "id"])
    op.create_index("ix_pieces_waiting", "pieces", ["organisation_id", "state", "sku", "accepted_at", "id"])
    op.create_table(
        "batch_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.CheckConstraint("filled >= 0 AND filled <= target", name="ck_batch_lines_filled_within_target"),
        sa.CheckConstraint("target > 0", name="ck_batch_lines_target_positive"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_lines_batch_id"),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name="fk_batch_lines_order_line_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_lines"),
        sa.UniqueConstraint("batch_id", "sku", name="uq_batch_lines_batch_id_sku"),
    )
    op.create_index("ix_batch_lines_sku", "batch_lines", ["sku"])
    op.create_table(
        "idempotency_records",
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(200), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_idempotency_records_api_key_id"),
        sa.PrimaryKeyConstraint("api_key_id", "method", "path", "key", name="pk_idempotency_records"),
    )
    op.create_index("ix_idempotency_records_created_at", "idempotency_records", ["created_at"])
    op.create_table(
        "inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("standard_version_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("grade", sa.String(20), nullable=True),
        sa.Column("verdict", sa.JSON(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("inspected_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_inspections_organisation_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_inspections_piece_id"),
        sa.ForeignKeyConstraint(
            ["standard_version_id"], ["standard_versions.id"], name="fk_inspections_standard_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
        sa.UniqueConstraint("piece_id", "fingerprint", name="uq_inspections_piece_id_fingerprint"),
        sa.UniqueConstraint("piece_id", "number", name="uq_inspections_piece_id_number"),
    )
    op.create_table(
        "batch_pieces",
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("batch_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_pieces_batch_id"),
        sa.ForeignKeyConstraint(["batch_line_id"], ["batch_lines.id"], name="fk_batch_pieces_batch_line_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_batch_pieces_piece_id"),
        sa.PrimaryKeyConstraint("piece_id", name="pk_batch_pieces"),
        sa.UniqueConstraint("batch_id", "position", name="uq_batch_pieces_batch_id_position"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("piece_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("grade", sa.String(20), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=False),
        sa.Column("policy", sa.String(64), nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_decisions_inspection_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_decisions_organisation_id"),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name="fk_decisions_piece_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("inspection_id", "number", name="uq_decisions_inspection_id_number"),
    )
    op.create_index("ix_decisions_piece_id", "decisions", ["piece_id"])
    op.create_table(
        "inspection_photos",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("view", sa.String(20), nullable=True),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("judged_sha256", sa.String(64), nullable=False),
        sa.Column("marked_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name="fk_inspection_photos_inspection_id"),
        sa.PrimaryKeyConstraint("inspection_id", "position", name="pk_inspection_photos"),
    )
    op.create_index("ix_inspection_photos_original_sha256", "inspection_photos", ["original_sha256"])


def downgrade() -> None:
    for table in (
        "inspection_photos",
        "decisions",
        "batch_pieces",
        "inspections",
        "idempotency_records",
        "batch_lines",
        "pieces",
        "order_lines",
        "batches",
        "api_keys",
        "standard_versions",
        "photos",
        "orders",
        "makers",
        "events",
        "collection_points",
        "chain_heads",
        "organisations",
    ):
        op.drop_table(table)
