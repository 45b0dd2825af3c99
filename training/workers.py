"""Processes that train together: each draws its share of every batch, and all take the step of the whole batch.

Who starts them (`torchrun`, say) says how many there are; a process on its own is a group of one. Draws are a
function of seed, epoch and index, so a batch holds the same pictures however many share it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

from qc.errors import BadInput


@dataclass(frozen=True)
class Workers:
    """This process among those that train together."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def share(self, draws: int) -> range:
        """Indices of an epoch's draws that are this one's: every batch is dealt out to all."""
        return range(self.rank, draws, self.count)

    def part(self, batch: int) -> int:
        """Pictures of a batch that are this one's.

        Raises:
            BadInput: The batch cannot be dealt out evenly.
        """
        if batch % self.count:
            raise BadInput(f"a batch of {batch} cannot be dealt out to {self.count} workers; make it a multiple")
        return batch // self.count

    def meet(self) -> None:
        """Wait until all are here."""
        if self.count > 1:
            dist.barrier()

    def mean(self, values: Tensor) -> Tensor:
        """The mean over all workers; nothing is learnt through it."""
        if self.count == 1:
            return values
        total = values.detach().clone()
        dist.all_reduce(total)
        return total / self.count

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace each gradient by its mean over all workers, in one message."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        mean = self.mean(torch.cat([gradient.reshape(-1) for gradient in gradients]))
        parts = torch.split(mean, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.reshape(gradient.shape))


@contextmanager
def joined() -> Iterator[Workers]:
    """The group that this process was started in: joined already by who started it, or here by what `torchrun` says."""
    begun = not dist.is_initialized() and int(os.environ.get("WORLD_SIZE", "1")) > 1
    if begun:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Workers(dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else Workers()
    finally:
        if begun:
            dist.destroy_process_group()
