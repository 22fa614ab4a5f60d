"""gunicorn on a small server: `gunicorn app:server` reads this file. What can be set is in settings.py."""

import atexit
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


def taken_out():
    """What has been imported of this project, and of the one that counts for it; it is imported anew."""
    ours = {"app", "settings", "components", "em", "serving", "prometheus_client"}
    names = [name for name in sys.modules if name.partition(".")[0] in ours]
    return {name: sys.modules.pop(name) for name in names}


def imported():
    """What this file needs of it."""
    from serving import logs
    from serving.turns import THREADS
    from settings import current

    return logs, THREADS, current()


former = taken_out()  # nothing at the start: this file is read once more at each reload
refused = None  # why the code as it is now does not start
try:
    logs, THREADS, settings = imported()
except (Exception, SystemExit) as problem:
    if not former:
        raise
    refused = problem
    taken_out()
    sys.modules.update(former)
    logs, THREADS, settings = imported()

memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a disk that stalls would look like a hang

# The processes share the cores already. Read by numpy's and scipy's BLAS when they are imported, which preload_app does
# further on in this very process.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nearly all is allocated by the one thread that computes: heaps for the others would only grow (glibc makes up to eight
# for each core). M_ARENA_MAX of malloc.h; another C library has no such call, or takes no notice.
glibc = ctypes.CDLL(None)
with contextlib.suppress(AttributeError):
    glibc.mallopt(-8, 1)

bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
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

accesslog = None  # serving/metrics.py tells more


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


def leave_nothing(folder, process):
    """Remove what the first process made; those forked from it come by here too when they end."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


if settings.metrics_token and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # Read by prometheus_client when it is imported: each process writes its numbers there.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="emlab-", dir=memory)
    atexit.register(leave_nothing, os.environ["PROMETHEUS_MULTIPROC_DIR"], os.getpid())


def child_exit(server, worker):
    """A process that has ended waits for nothing any more."""
    if settings.metrics_token:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def when_ready(server):
    """What has been imported stays: a process that looks through it for garbage would get a copy of its own."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):
        glibc.malloc_trim(0)  # what importing took and left


def on_reload(server):
    """Import the code as it is now, for the processes that gunicorn starts next; or go on with what was there."""
    gc.unfreeze()
    callable_ = server.app.callable
    try:
        if refused:
            raise refused
        server.app.callable = None
        server.app.wsgi()
    except (Exception, SystemExit):
        server.log.exception("The code as it is now does not start: going on with what was there")
        taken_out()
        sys.modules.update(former)
        server.app.callable = callable_
    former.clear()
    when_ready(server)


def on_starting(server):
    """Say so where nothing was compressed beforehand."""
    from serving.files import BUILT

    if not BUILT.is_dir():
        server.log.warning("Files are not compressed beforehand: `python -m tools.build` does it")


def post_fork(server, worker):
    """Hand the interpreter on sooner than every 5 ms: who accepts and reads requests needs it for microseconds."""
    sys.setswitchinterval(0.0005)
