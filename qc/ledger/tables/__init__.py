"""Every table, one file a subject. Import tables from here, so that the metadata is always whole."""

from qc.ledger.tables.accounts import ApiKey, CollectionPoint, Maker, Organisation
from qc.ledger.tables.base import Base
from qc.ledger.tables.chain import ChainHead, Event, IdempotencyRecord
from qc.ledger.tables.drift import DriftWeek
from qc.ledger.tables.labels import PhotoLabels
from qc.ledger.tables.lots import (
    Lot,
    LotPiece,
    Reinspection,
    ReinspectionPhoto,
    SamplingPolicy,
    SwitchingState,
)
from qc.ledger.tables.packing import Carton, CartonPiece, Container, SsccSerial
from qc.ledger.tables.people import Appeal, BrowserSession, CameraOriginal, Enrolment, Person, PhoneVerdict
from qc.ledger.tables.pieces import Decision, Inspection, InspectionPhoto, Likeness, Photo, Piece, StandardVersion
from qc.ledger.tables.rejudging import RejudgedPiece, Rejudgement
from qc.ledger.tables.shadow import ShadowVerdict
from qc.ledger.tables.shipments import Batch, BatchLine, BatchPiece, Order, OrderLine
from qc.ledger.tables.standards import StandardEdition, StandardRelease
from qc.ledger.tables.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiKey",
    "Appeal",
    "Base",
    "Batch",
    "BatchLine",
    "BatchPiece",
    "BrowserSession",
    "CameraOriginal",
    "Carton",
    "CartonPiece",
    "ChainHead",
    "CollectionPoint",
    "Container",
    "Decision",
    "DriftWeek",
    "Enrolment",
    "Event",
    "IdempotencyRecord",
    "Inspection",
    "InspectionPhoto",
    "Likeness",
    "Lot",
    "LotPiece",
    "Maker",
    "Order",
    "OrderLine",
    "Organisation",
    "Person",
    "PhoneVerdict",
    "Photo",
    "PhotoLabels",
    "Piece",
    "Reinspection",
    "ReinspectionPhoto",
    "RejudgedPiece",
    "Rejudgement",
    "SamplingPolicy",
    "ShadowVerdict",
    "SsccSerial",
    "StandardEdition",
    "StandardRelease",
    "StandardVersion",
    "SwitchingState",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
