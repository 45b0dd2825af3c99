"""Whether a model can judge under every standard in force: an approved sample belongs to the network that learnt it."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from qc.errors import BadBundle, QcError
from qc.ledger.database import Database
from qc.ledger.standards_edited import library_in_force
from qc.ledger.tables import Organisation
from qc.model.approved_store import SampleStore
from qc.model.bundle import MODEL_FILE
from qc.serving.loaded import LoadedModel
from qc.standards.library import Library

log = structlog.get_logger("qc.serving")


def see_that_samples_fit(model: LoadedModel, database: Database, library: Library, samples: SampleStore) -> None:
    """See that every approved sample of a standard in force was learnt with this model's network.

    Otherwise each inspection under that standard would be refused from the swap on.

    Raises:
        BadBundle: One was learnt with another. The log names the standards: they may be any organisation's.
        Unavailable: The database is away.
    """
    if model.bundle is None:
        return
    network = model.bundle.spec.files[MODEL_FILE]
    unfit = set()
    with database.read() as session:
        for organisation in session.scalars(select(Organisation).order_by(Organisation.slug)):
            for standard in library_in_force(session, organisation.id, library):
                if standard.approved is None:
                    continue
                try:
                    sample = samples.of(standard)
                except QcError:
                    continue  # not there: its standard judges with no model at all, and says so
                if sample is not None and sample.network != network:
                    unfit.add((organisation.slug, f"{standard.name} {standard.version}", sample.model))
    for slug, standard_version, learnt_with in sorted(unfit):
        log.warning("approved_sample_unfit", organisation=slug, standard=standard_version, learnt_with=learnt_with)
    if unfit:
        raise BadBundle(
            f"{len(unfit)} standards in force judge by an approved sample that another network learnt; put versions "
            f"without it into force, promote {model.title}, and learn the samples again with `qc standard learn`"
        )
