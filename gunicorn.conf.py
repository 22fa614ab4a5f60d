"""gunicorn on a small server: `gunicorn app:server` reads this file. The settings are in settings.py."""

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

sys.path.insert(0, str(Path(__file__).parent))  # gunicorn changes to `chdir` only later


def remove_modules():
    """Remove this project's modules from `sys.modules`, so that they are imported again, and return them."""
    packages = {"app", "settings", "components", "em", "serving", "prometheus_client"}
    names = [name for name in sys.modules if name.partition(".")[0] in packages]
    return {name: sys.modules.pop(name) for name in names}


def import_modules():
    """What this file needs of the project."""
    from serving import logs, workers
    from settings import current

    return logs, workers, current()


previous = remove_modules()  # none at the start; gunicorn reads this file again at each reload
failure = None  # why the new code does not start
try:
    logs, tiers, settings = import_modules()
except (Exception, SystemExit) as problem:
    if not previous:
        raise
    failure = problem
    remove_modules()
    sys.modules.update(previous)
    logs, tiers, settings = import_modules()

memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a slow disk would look like a worker that hangs

# The workers share the cores already. numpy's and scipy's BLAS read this when preload_app imports them, later.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# One thread allocates nearly all memory: heaps of the others would only grow (glibc makes up to eight for each core).
# This is M_ARENA_MAX of malloc.h; other C libraries have no mallopt, or ignore it.
glibc = ctypes.CDLL(None)
with contextlib.suppress(AttributeError):
    glibc.mallopt(-8, 1)


def remove_folder(folder, process):
    """Remove a folder when the process that made it ends; its workers call this too."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


if "EMLAB_FOLDER" not in os.environ:  # it stays when this file is read again
    os.environ["EMLAB_FOLDER"] = tempfile.mkdtemp(prefix="emlab-", dir=memory)
    atexit.register(remove_folder, os.environ["EMLAB_FOLDER"], os.getpid())
folder = os.environ["EMLAB_FOLDER"]
heavy_socket = f"{folder}/heavy"

address = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
bind = [address, f"unix:{heavy_socket}"]
workers = settings.web_concurrency + 1  # serving/workers.py: one of them is heavy
NICENESS = 10  # how much it gives way to the others

# One thread of a web worker computes, the others wait for slow clients or for their turn (serving/limits.py).
worker_class = "gthread"
threads = tiers.THREADS
# Longer than a student thinks between two runs: a request is lost if its connection closes at that moment. A browser
# keeps six connections.
keepalive = 75
worker_connections = 2000
with contextlib.suppress(OSError, ValueError):  # systemd's unit sets the limit itself, and forbids this
    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft_limit = min(hard_limit, 16384) if hard_limit > 0 else 16384
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft_limit, hard_limit))

preload_app = True  # workers share the imported code, and start in milliseconds
max_requests = 10_000
max_requests_jitter = 2_000
timeout = 60  # longer than the longest run on a slow machine
graceful_timeout = 30
worker_tmp_dir = memory

limit_request_line = 8190  # a link has up to some 2,300 characters
forwarded_allow_ips = ""  # app.py handles a proxy's headers, by PROXIES
control_socket_disable = True

accesslog = None  # serving/metrics.py logs requests


class PrivateLogger(Logger):
    """Logs no addresses of clients and no queries: a link can contain a class's own data."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.addFilter(remove_private)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())
        logs.begin()


def remove_private(record: logging.LogRecord) -> bool:
    """Remove both from gunicorn's messages about failed requests."""
    record.msg, record.args = re.sub(r" from ip=\S+(?=:)|\?\S*", "", record.getMessage()), ()
    return True


logger_class = PrivateLogger


if settings.metrics_token:
    # prometheus_client reads this when it is imported; each worker writes its metrics there.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)


def has_heavy(server):
    """Whether one of the workers with this configuration is the heavy one."""
    return any(worker.heavy for worker in server.WORKERS.values() if worker.cfg is server.cfg)


def child_exit(server, worker):
    """A worker that has ended no longer counts in the metrics. If it was the heavy one, TTOU too, start another."""
    if settings.metrics_token:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
    if worker.heavy and worker.cfg is server.cfg and server.LISTENERS and not has_heavy(server):
        server.spawn_worker()  # gunicorn ends the oldest of the others if there are too many now


def when_ready(server):
    """Exclude what is imported from garbage collection, which would copy its memory in each worker."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):
        glibc.malloc_trim(0)


def on_reload(server):
    """Import the new code for the next workers; if it does not start, go on with the previous code."""
    gc.unfreeze()
    callable_ = server.app.callable
    try:
        if failure:
            raise failure
        server.app.callable = None
        server.app.wsgi()
    except (Exception, SystemExit):
        server.log.exception("The new code does not start: the previous code goes on")
        remove_modules()
        sys.modules.update(previous)
        server.app.callable = callable_
    previous.clear()
    when_ready(server)


def on_starting(server):
    """Warn if files are not compressed beforehand."""
    from serving.files import BUILT

    if not BUILT.is_dir():
        server.log.warning("Files are not compressed beforehand: `python -m tools.build` does it")


def pre_fork(server, worker):
    """Make the next worker the heavy one if there is none with this configuration, but a socket for it."""
    worker.private = [one for one in server.LISTENERS if one.getsockname() == heavy_socket]  # none with `-b`
    worker.heavy = bool(worker.private) and not has_heavy(server)


def post_fork(server, worker):
    """Give the heavy worker a low priority, one thread and its socket, and the other workers all but these."""
    sys.setswitchinterval(0.0005)  # instead of 5 ms: threads that accept and read requests need microseconds
    application, listeners = worker.app.wsgi(), worker.sockets
    worker.sockets = [one for one in listeners if (one in worker.private) == worker.heavy]
    for other in set(listeners) - set(worker.sockets):
        other.close()  # else connections would wait here for a worker that has ended
    if worker.heavy:
        with contextlib.suppress(OSError):  # some sandboxes forbid it
            os.nice(NICENESS)
        worker.cfg.set("threads", 1)
        worker.max_requests = sys.maxsize
        worker.app.callable = tiers.Heavy(application)
    elif worker.private:
        application.config[tiers.SOCKET] = heavy_socket
