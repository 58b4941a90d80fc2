"""How the web processes run in production. Every figure can be set from outside."""

import os

wsgi_app = "webapp.commands.serving:create_web_app()"
bind = os.environ.get("REVIEWFLOW_BIND", "127.0.0.1:8000")

# A request waits for the database most of its time, so threads serve it well; processes use the cores.
worker_class = "gthread"
workers = int(os.environ.get("REVIEWFLOW_WEB_PROCESSES", "2"))
threads = int(os.environ.get("REVIEWFLOW_WEB_THREADS", "8"))

# Each process opens its own database connections: they must not cross a fork.
preload_app = False

# Longer than the longest wait for a database connection, shorter than a person's patience.
timeout = 30
graceful_timeout = 30
keepalive = 15

# A process is replaced now and then, not all at the same moment, so that a slow leak never shows.
max_requests = 20_000
max_requests_jitter = 2_000

# A busy disk must not make a living process look dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes its own unguessable files there

accesslog = "-" if os.environ.get("REVIEWFLOW_ACCESS_LOG") else None
errorlog = "-"
