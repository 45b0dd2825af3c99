"""What was decided, kept for good. SQLAlchemy and Alembic. No HTTP."""
