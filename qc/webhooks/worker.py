"""The thread that delivers: it turns events into deliveries, sends what is due, and keeps how it went.

Any number of replicas may run one. Stopped, it begins nothing new, waits for what is being sent, keeps how that went,
and hands back what it had taken but not begun.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from uuid import UUID

import structlog

from qc.background import BackgroundWorker
from qc.ledger import outbox
from qc.ledger.database import Database
from qc.ledger.events import now
from qc.ledger.outbox import Claimed, Tried
from qc.webhooks.messages import message, message_id
from qc.webhooks.sending import Answer, Sender
from qc.webhooks.signing import signed_headers

log = structlog.get_logger("qc.webhooks")

AT_ONCE = 16
"""Messages that are being sent at the same time."""
PER_ENDPOINT = 4
"""Of them, to one endpoint: it gets its next when these are done."""
LOOK_EVERY = 1.0
"""Seconds between looks at the ledger while nothing is under way."""


class DeliveryWorker(BackgroundWorker):
    """Delivers what the outbox holds, from `start` to `stop`.

    Args:
        database: The ledger.
        sender: Sends.
        look_every: Seconds between looks.
        told: Called with each try after it was kept, for metrics.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        look_every: float = LOOK_EVERY,
        told: Callable[[Tried], None] | None = None,
    ) -> None:
        super().__init__("outbox", look_every)
        self._database = database
        self._sender = sender
        self._told = told
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._under_way: dict[Future[Tried], Claimed] = {}

    def look(self) -> bool:
        """Keep how tries went and begin what is due; with the database away, what was sent is kept at a later look."""
        self._keep_what_is_done()
        room = AT_ONCE - len(self._under_way)
        busy = self._endpoints()
        if room == 0:
            return False
        with self._database.read() as session:
            if not outbox.work_waits(session, busy):
                return False
        with self._database.write() as session:
            passed = outbox.fan_out(session)
        with self._database.write() as session:
            claims = outbox.claim(session, room, PER_ENDPOINT, busy)
        for claimed in claims:
            self._under_way[self._pool.submit(self._send, claimed)] = claimed
        return bool(passed or claims)

    def _rest(self) -> None:
        """Until something is done, or it is time for a look, or the end."""
        if self._under_way:
            wait(self._under_way, self._look_every, FIRST_COMPLETED)
        else:
            super()._rest()

    def _send(self, claimed: Claimed) -> Tried:
        at = now()
        try:
            answer = self._post(claimed)
        except Exception as error:  # nobody foresaw it: it counts as a failed try, and the others go on
            log.error("webhook_failed", delivery=str(claimed.delivery_id), exc_info=error)
            answer = Answer(0, error="not sent: something went wrong on our side")
        return Tried(claimed, at, answer.ms, answer.status, answer.error, answer.first_bytes, answer.retry_after)

    def _post(self, claimed: Claimed) -> Answer:
        body = message(claimed.event)
        signed = signed_headers(claimed.secrets, message_id(claimed.delivery_id), int(time.time()), body)
        headers = {"Content-Type": "application/json", "User-Agent": "anyaman-qc", **signed}
        return self._sender.post(claimed.url, headers, body)

    def _keep_what_is_done(self) -> None:
        done = [future for future in self._under_way if future.done() and not future.cancelled()]
        if not done:
            return
        tries = [future.result() for future in done]
        with self._database.write() as session:
            outbox.record(session, tries)
        for future in done:  # only now: what could not be kept is kept at the next look
            del self._under_way[future]
        for tried in tries:
            log.info("webhook", delivery=str(tried.claimed.delivery_id), endpoint=str(tried.claimed.endpoint_id),
                     status=tried.status, ms=tried.ms, error=tried.error)  # fmt: skip
            if self._told is not None:
                self._told(tried)

    def _endpoints(self) -> set[UUID]:
        return {claimed.endpoint_id for claimed in self._under_way.values()}

    def _end(self) -> None:
        unbegun = [claimed for future, claimed in self._under_way.items() if future.cancel()]
        self._under_way = {future: claimed for future, claimed in self._under_way.items() if not future.cancelled()}
        wait(self._under_way)  # at most a message's time limit
        self._pool.shutdown()
        with self._database.write() as session:  # where it is away, their leases end, and they are sent again
            outbox.hand_back(session, unbegun)
        self._keep_what_is_done()
