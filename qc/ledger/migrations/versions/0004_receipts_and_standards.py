"""Receipt codes of pieces; standards written through the service, and from when which version is in force."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from qc.ledger.tables.base import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    op.add_column("pieces", sa.Column("receipt_code", sa.String(20), nullable=True))
    op.create_index("ix_pieces_receipt_code", "pieces", ["receipt_code"], unique=True)
    op.create_index("ix_pieces_maker", "pieces", ["maker_id", "id"])
    _give_codes()
    op.create_table(
        "standard_editions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_standard_editions_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_standard_editions"),
        sa.UniqueConstraint(
            "organisation_id", "name", "version", name="uq_standard_editions_organisation_id_name_version"
        ),
    )
    op.create_table(
        "standard_releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_standard_releases_organisation_id"),
        sa.ForeignKeyConstraint(["edition_id"], ["standard_editions.id"], name="fk_standard_releases_edition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_standard_releases"),
        sa.UniqueConstraint(
            "organisation_id", "name", "number", name="uq_standard_releases_organisation_id_name_number"
        ),
    )


def _give_codes() -> None:
    """Pieces that were there before get a code too, some at a time."""
    pieces = sa.table("pieces", sa.column("id", sa.Uuid()), sa.column("receipt_code", sa.String(20)))
    connection = op.get_bind()
    without = sa.select(pieces.c.id).where(pieces.c.receipt_code.is_(None)).limit(1000)
    while ids := connection.scalars(without).all():
        connection.execute(
            sa.update(pieces)
            .where(pieces.c.id == sa.bindparam("piece"))
            .values(receipt_code=sa.bindparam("code")),
            [{"piece": key, "code": "".join(secrets.choice(_LETTERS) for _ in range(20))} for key in ids],
        )  # fmt: skip


def downgrade() -> None:
    op.drop_table("standard_releases")
    op.drop_table("standard_editions")
    op.drop_index("ix_pieces_maker", "pieces")
    op.drop_index("ix_pieces_receipt_code", "pieces")
    op.drop_column("pieces", "receipt_code")
