"""Serve with uvicorn: one process, or several and one that watches over them."""

import gc
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

import model
from app.logs import configure_logging
from app.settings import Settings

KEEP_ALIVE = 65
"""Seconds for which an idle connection stays open: more than the 60 after which AWS's load
balancers and nginx close theirs, so that none of them sends a request to one we just closed."""

GRACE = 8
"""Seconds that requests have to end in when the service is stopped. Only one whose body is
still coming takes that long, and after 10 seconds Docker kills."""


HEALTH_CHECK = 30
"""Seconds in which a worker has to show that it lives. With uvicorn's own 5, on a machine that
is very busy, workers are killed while they start."""


class Config(uvicorn.Config):
    """uvicorn's configuration, with our logging in each process that it is made in."""

    def __init__(self, app: str, settings: Settings) -> None:
        """Serve ``app``, an import string, as ``settings`` say."""
        self.settings = settings
        options: dict[str, Any] = {
            "host": settings.host,
            "port": settings.port,
            "root_path": settings.root_path,
            "workers": settings.workers,
            # uvicorn counts the connection that asks, too.
            "limit_concurrency": settings.connections + 1,
            # It prints query strings, and a query string may hold a measurement.
            "access_log": False,
            "log_config": None,  # Ours comes instead.
            "server_header": False,
            # Nothing here asks who the caller is, or how the proxy was reached.
            "proxy_headers": False,
            # Neither is used, and looking for them takes a part of the start.
            "lifespan": "off",
            "ws": "none",
            "timeout_keep_alive": KEEP_ALIVE,
            "timeout_graceful_shutdown": GRACE,
            "timeout_worker_healthcheck": HEALTH_CHECK,
        }
        super().__init__(app, **options)

    def load(self) -> None:
        """Load the application, which stays: no garbage collection has to look at it again."""
        super().load()
        gc.collect()
        gc.freeze()

    def configure_logging(self) -> None:
        """Write in our way all that is logged, but for what is switched off."""
        super().configure_logging()
        configure_logging(self.settings.log_format, self.settings.log_level)


def serve(settings: Settings, app: str = "app.main:app") -> int:
    """Take HTTP requests until told to stop; return the exit status."""
    # uvicorn finishes what it has accepted, then raises the signal that stopped it again.
    signal.signal(signal.SIGTERM, _exit)
    config = Config(app, settings)
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        if settings.workers > 1:
            _supervise(config)
        else:
            config.load_app()
            server.run()
    return 0 if server.started or settings.workers > 1 else 1


def _supervise(config: Config) -> None:
    """Serve with several processes, and start another one for each that dies."""
    # Here it stops the start. In a worker, it would be started again for ever.
    model.load()
    listening = config.bind_socket()
    # What connections inherit. asyncio does not set it on those of a socket that it was given,
    # and without it an answer waits 40 ms for the caller to acknowledge its first half.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(config, sockets=[listening]).run()


def _exit(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
