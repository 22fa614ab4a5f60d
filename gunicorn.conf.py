"""gunicorn on a small server: `gunicorn app:server` reads this file. What can be set is in settings.py."""

import contextlib
import ctypes
import gc
import logging
import os
import re
import resource
import shutil
import sys
import tempfile
from pathlib import Path

from gunicorn.glogging import Logger

sys.path.insert(0, str(Path(__file__).parent))  # gunicorn reads this file before it goes to `chdir`

from serving import logs
from serving.turns import THREADS
from settings import current

settings = current()
memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a disk that stalls would look like a hang

# The processes share the cores already. Read by numpy's and scipy's BLAS when they are imported, which preload_app does
# further on in this very process.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nearly all is allocated by the one thread that computes: heaps for the others would only grow (glibc makes up to eight
# for each core). M_ARENA_MAX of malloc.h; another C library has no such call, or takes no notice.
with contextlib.suppress(AttributeError):
    ctypes.CDLL(None).mallopt(-8, 1)

bind = f"{settings.host}:{settings.port}"
workers = settings.web_concurrency

# One or two threads of a process compute, the others wait: for slow clients, or for their turn (serving/work.py).
worker_class = "gthread"
threads = THREADS
# A student thinks for longer than some seconds before the next run, and a connection that is closed just when a request
# comes loses it. Browsers keep six each.
keepalive = 75
worker_connections = 2000
with contextlib.suppress(OSError, ValueError):  # systemd's unit forbids it, and sets it itself
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16384) if most > 0 else 16384, most))

preload_app = True  # imported once, shared by all processes; it starts anew in milliseconds what max_requests ends
max_requests = 10_000
max_requests_jitter = 2_000
timeout = 60  # longer than any run that the page allows takes on a slow machine
graceful_timeout = 30
worker_tmp_dir = memory

limit_request_line = 8190  # a link has up to some 2,300 characters
forwarded_allow_ips = ""  # what a proxy says is app.py's business, as PROXIES has it
control_socket_disable = True

accesslog = None  # serving/watching.py tells more


class WithoutPeople(Logger):
    """No addresses of people, and no queries of links: a link may hold a class's own data."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.addFilter(impersonal)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())
        logs.begin()


def impersonal(record: logging.LogRecord) -> bool:
    """Take both out of what gunicorn says of requests that went wrong."""
    record.msg, record.args = re.sub(r" from ip=\S+(?=:)|\?\S*", "", record.getMessage()), ()
    return True


logger_class = WithoutPeople


if settings.metrics_token and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # Read by prometheus_client when it is imported: each process writes its numbers there.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="emlab-", dir=memory)


def child_exit(server, worker):
    """A process that has ended waits for nothing any more."""
    if settings.metrics_token:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server):
    """Leave nothing behind."""
    if settings.metrics_token:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def when_ready(server):
    """What has been imported stays: a process that looks through it for garbage would get a copy of its own."""
    gc.collect()
    gc.freeze()


def on_reload(server):
    """Import the code as it is now, and start processes of it; if it does not start, of what was there."""
    gc.unfreeze()
    old, callable_ = _imported(), server.app.callable
    for name in old:
        del sys.modules[name]
    try:
        server.app.callable = None
        server.app.wsgi()
    except (Exception, SystemExit):
        server.log.exception("The code as it is now does not start: going on with what was there")
        for name in _imported():
            del sys.modules[name]
        sys.modules.update(old)
        server.app.callable = callable_
    when_ready(server)
    for _ in range(server.cfg.workers):
        server.spawn_worker()


def _imported():
    """Modules of this project, and the one that counts for it."""
    ours = {"app", "settings", "components", "em", "serving", "prometheus_client"}
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in ours}


def on_starting(server):
    """Say so where nothing was compressed beforehand."""
    from serving.files import BUILT

    if not BUILT.is_dir():
        server.log.warning("Files are not compressed beforehand: `python -m serving.build` does it")
