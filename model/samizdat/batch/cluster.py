"""Workers of a dask cluster; they run the same chunks, and only the parent process writes."""

import contextlib
import ipaddress
import signal
import uuid
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit

from samizdat.batch.chunk import Chunk, ChunkResult, run_chunk
from samizdat.batch.executors import AHEAD, signals_held_back, start_tracker
from samizdat.batch.experiment import ExperimentError
from samizdat.core.quantity import format_value

LOCAL = "local"  # the address that stands for a cluster on this machine
_RETRIES = 2  # of a chunk whose worker was lost or that raised an error


class Dask:
    """The workers of a dask client; each of their threads runs one chunk at a time.

    Parameters
    ----------
    client
        A `distributed.Client`.
    own
        Close the client, and the cluster that it started, when the sweep ends.
    """

    ahead = AHEAD

    def __init__(self, client: Any, *, own: bool = False) -> None:
        self._client, self._own = client, own
        self._name = f"samizdat-stop-{uuid.uuid4().hex}"
        self._executor = client.get_executor(pure=False, retries=_RETRIES)
        threads = sum(client.nthreads().values())
        self.width, self.name = max(1, threads), f"dask, {threads} threads of workers"

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Start a chunk."""
        future: Future[ChunkResult] = self._executor.submit(
            _run_on_cluster, chunk._replace(stop=self._name)
        )
        return future

    def ask_to_stop(self) -> None:
        """Set a flag in every worker's process, which its runs check between steps."""
        with contextlib.suppress(OSError):  # the scheduler is gone, which `gone` will report
            self._client.run(_stop, self._name, on_error="ignore")

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Cancel chunks that no worker has started."""
        for future in futures:
            future.cancel()

    def renew(self) -> bool:
        """Do nothing: the scheduler gives a lost worker's chunk to another."""
        return False

    def cause(self) -> None:
        """Return None: dask does not say."""

    def gone(self) -> bool:
        """Whether dask has stopped looking for the scheduler."""
        return self._client.status in ("closing", "closed")

    def close(self, *, immediately: bool = False) -> None:
        """Close what was started for this sweep."""
        if self._own:
            self._client.shutdown()
            self._client.close()


def connect(address: str, jobs: int | None, *, insecure: bool = False) -> Any:
    """Return a dask client: of the scheduler at an address, or of a new local cluster.

    A new cluster talks TLS, with keys that exist in the memory of its processes alone: without
    them, each user of this machine could send it code. ``insecure`` starts it without.

    Raises
    ------
    ExperimentError
        If dask is not installed, there is no answer, or, where ``insecure`` is not set, the
        address is neither on this machine nor encrypted, or no keys can be made.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ExperimentError("dask: is not installed (pip install 'samizdat[dask]')") from None
    if address == LOCAL:
        how = {} if insecure else {"protocol": "tls://", "security": _keys()}
        start_tracker()  # later it would unblock signals again
        # A terminal sends both to the workers too.
        with signals_held_back(signal.SIGINT, signal.SIGHUP):
            cluster = LocalCluster(
                n_workers=jobs, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
                silence_logs=40, **how,
            )  # fmt: skip
            return Client(cluster)
    check_address(address, insecure=insecure)
    try:
        return Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ExperimentError(f"dask = {address}: {reason}") from None


def _keys() -> Any:
    """Return keys and certificates that a cluster and its client share."""
    from distributed.security import Security

    try:
        return Security.temporary()
    except ImportError:
        raise ExperimentError(
            f"dask = {LOCAL}: its keys need cryptography, which is not installed "
            "(pip install 'samizdat[dask]'); --insecure lets every user of this machine send it "
            "code"
        ) from None


def check_address(address: str, *, insecure: bool) -> None:
    """Check that an address is on this machine or encrypted, because a scheduler can send code.

    Raises
    ------
    ExperimentError
        If it is neither and ``insecure`` is not set, or it is not an address.
    """
    whole = address if "://" in address else f"tcp://{address}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None or parts.scheme not in ("tcp", "tls", "ws", "wss", "ucx"):
        raise ExperimentError(
            f"dask = {format_value(address)} is not an address: "
            f"write tls://HOST:PORT, tcp://HOST:PORT or {LOCAL}"
        )
    if parts.scheme in ("tls", "wss") or insecure or _is_loopback(host):
        return
    raise ExperimentError(
        f"dask = {address}: {parts.scheme}:// to another machine is not encrypted, and a "
        "scheduler can run code here; use tls://, or add --insecure"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# In a worker process: the sweeps that were told to stop.
_stopped: set[str] = set()


def _stop(name: str) -> None:
    """Set the stop flag of a sweep in this process."""
    _stopped.add(name)


def _run_on_cluster(chunk: Chunk) -> ChunkResult:
    return run_chunk(chunk, lambda: chunk.stop in _stopped)
