"""What runs beside the requests: a thread that looks for work, does it, rests, and outlives whatever goes wrong.

A room that has such a thread says what one look is; beginning, resting, ending and going on after a fault are here.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

import structlog

from qc.errors import Unavailable

log = structlog.get_logger("qc.background")

END_WITHIN = 60.0
"""Seconds that a stop waits for what is in hand: longer than a message's time limit, a slice, or loading a bundle."""


class BackgroundWorker(ABC):
    """A thread that looks for work from `start` to `stop`.

    Args:
        name: Of the thread, and how what it logs begins: `<name>_unavailable`, `<name>_failed`, `<name>_does_not_end`.
        look_every: Seconds between looks while there is nothing to do.
    """

    def __init__(self, name: str, look_every: float) -> None:
        self._look_every = look_every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within: float = END_WITHIN) -> None:
        """End, after what is in hand.

        Args:
            within: Seconds after which nobody waits any longer; that is logged, and the thread ends with the process.
        """
        self._stopping.set()
        if self._thread.ident is None:
            return
        self._thread.join(within)
        if self._thread.is_alive():
            log.error(f"{self._thread.name}_does_not_end", waited_s=within)

    @abstractmethod
    def look(self) -> bool:
        """Look once, and do what there is to do; whether there may be more to do at once.

        Raises:
            Unavailable: Something it needs is away; it is looked for again at the next look.
        """

    def _begin(self) -> None:  # noqa: B027 - nothing, where a room does not say otherwise
        """What the thread does first."""

    def _rest(self) -> None:
        """Wait between looks, or until the end."""
        self._stopping.wait(self._look_every)

    def _end(self) -> None:  # noqa: B027 - likewise
        """What the thread does last."""

    def _run(self) -> None:
        self._begin()
        while not self._stopping.is_set():
            if not self._try(self.look):
                self._rest()
        self._try(self._end)

    def _try(self, chore: Callable[[], object]) -> bool:
        """What a chore says of whether there is more to do; no where it failed: that is logged and ends nothing."""
        try:
            return bool(chore())
        except Unavailable as error:
            log.warning(f"{self._thread.name}_unavailable", why=error.detail)
        except Exception as error:
            log.error(f"{self._thread.name}_failed", exc_info=error)
        return False
