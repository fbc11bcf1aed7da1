"""The work of indexing spread over Ray: cleaning, splitting and embedding, with the result of the plain engine.

Batches are the same ones, and come back in their order, so that ids, vectors, stories and states are
the same, row for row. A worker that dies is started again and its batches are done again. Writing
stays with the one process that holds the store's lock.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding

from index.config import IndexConfig
from index.errors import ConfigError, VerbatimError
from index.pipeline import Made, make_batch
from index.read import Raw

_AHEAD = 2
"""Batches that wait for each worker: fewer leave it idle, more take memory."""
_STORE_BYTES = 256_000_000
"""Ray's shared memory, which batches pass through."""

MakeEmbedding = Callable[[], BaseEmbedding]
"""Makes the embedding model in a worker."""


class RayEngine:
    """Workers of Ray, each with its own embedding model; without RAY_ADDRESS they run on this machine.

    Raises ConfigError when Ray is not installed. `close` ends the workers.
    """

    def __init__(self, make: MakeEmbedding, config: IndexConfig, *, workers: int = 0) -> None:
        self._ray = _ray()
        self._config = config
        _start(self._ray)
        count = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        # Never given up: a batch that kills every worker that takes it would be an error of the model's.
        kind = self._ray.remote(num_cpus=1, max_restarts=_AHEAD, max_task_retries=_AHEAD)(_Worker)
        self._workers = [kind.remote(make) for _ in range(count)]

    def work(self, batches: Iterable[Sequence[Raw]]) -> Iterator[Made]:
        """Give what becomes of each batch, in the order of the batches."""
        waiting: deque[Any] = deque()
        for number, batch in enumerate(batches):
            if len(waiting) >= _AHEAD * len(self._workers):
                yield self._result(waiting.popleft())
            worker = self._workers[number % len(self._workers)]
            waiting.append(worker.make.remote(list(batch), self._config))
        while waiting:
            yield self._result(waiting.popleft())

    def processes(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [int(each) for each in self._ray.get([each.process.remote() for each in self._workers])]

    def close(self) -> None:
        """End the workers, and Ray where it was started for them."""
        for each in self._workers:
            self._ray.kill(each)
        self._ray.shutdown()

    def _result(self, reference: object) -> Made:
        try:
            made: Made = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, VerbatimError):
                raise error.cause from None
            raise
        except self._ray.exceptions.RayError as error:
            raise VerbatimError(
                f"Ray failed: {str(error).splitlines()[0]} What was published stays; index again, or leave out "
                "--engine ray."
            ) from error
        return made


class _Worker:
    """A process of Ray's with an embedding model of its own."""

    def __init__(self, make: MakeEmbedding) -> None:
        self._embedding = make()

    def make(self, batch: Sequence[Raw], config: IndexConfig) -> Made:
        """Clean, describe, split and embed a batch."""
        return make_batch(batch, self._embedding, config)

    def process(self) -> int:
        """The number of its process."""
        return os.getpid()


def _ray() -> Any:  # noqa: ANN401  # an optional extra
    # Read when Ray is first imported: it reports its use to its makers otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415  # an optional extra, and heavy
    except ImportError as error:
        raise ConfigError('--engine ray needs an extra: pip install "verbatim[ray]"') from error
    return ray


def _start(ray: Any) -> None:  # noqa: ANN401  # an optional extra
    if ray.is_initialized():
        return
    quiet = {"log_to_driver": False, "configure_logging": False}
    if "RAY_ADDRESS" in os.environ:
        ray.init(**quiet)
        return
    # On this machine alone: no dashboard, and nothing but the loopback.
    ray.init(include_dashboard=False, _node_ip_address="127.0.0.1", object_store_memory=_STORE_BYTES, **quiet)
