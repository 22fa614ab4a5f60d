"""gunicorn on a small server: `gunicorn app:server` reads this file. What can be set is in settings.py."""

import logging
import os
import re
import sys
from pathlib import Path

from gunicorn.glogging import Logger

sys.path.insert(0, str(Path(__file__).parent))  # gunicorn reads this file before it goes to `chdir`

from settings import current

settings = current()

# The processes share the cores already. Read by numpy's and scipy's BLAS when they are imported, which preload_app does
# further on in this very process.
os.environ.setdefault("OMP_NUM_THREADS", "1")

bind = f"{settings.host}:{settings.port}"
workers = settings.web_concurrency

# A proxy holds slow clients back and hands over whole requests: then a process does best with one at a time. Without
# one, whoever connects and says nothing (browsers do, in advance) would hold a process: then threads wait for the
# clients, and guard.one_at_a_time lets one of them compute.
worker_class = "sync" if settings.proxies else "gthread"
threads = 1 if settings.proxies else 32
keepalive = 15  # only threads keep connections

preload_app = True  # imported once, shared by all processes; it starts anew in milliseconds what max_requests ends
max_requests = 10_000
max_requests_jitter = 2_000
timeout = 60  # longer than any run that the page allows takes on a slow machine
graceful_timeout = 30
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a disk that stalls would look like a hang

limit_request_line = 8190  # a link has up to some 2,300 characters
forwarded_allow_ips = ""  # what a proxy says is app.py's business, as PROXIES has it
control_socket_disable = True

accesslog = "-" if settings.access_log else None
access_log_format = "%(m)s %(U)s %(s)s %(B)s %(M)sms"


class WithoutPeople(Logger):
    """No addresses of people, and no queries of links: a link may hold a class's own data."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.addFilter(impersonal)


def impersonal(record: logging.LogRecord) -> bool:
    """Take both out of what gunicorn says of requests that went wrong."""
    record.msg, record.args = re.sub(r" from ip=\S+(?=:)|\?\S*", "", record.getMessage()), ()
    return True


logger_class = WithoutPeople


def on_starting(server):
    """Say so where nothing was compressed beforehand."""
    from serving.files import BUILT

    if not BUILT.is_dir():
        server.log.warning("Files are not compressed beforehand: `python -m serving.build` does it")
