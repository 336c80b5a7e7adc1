"""Log lines on stderr: one a line, time in UTC, for whoever keeps the engine running.

What the engine and its channels say is told from INFO on; of libraries only warnings are.
"""

import logging
import sys
import time

FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s"

OURS = ("relance", "engine", "channels")


def log_to_stderr(level: str = "INFO") -> None:
    """Called once a process, before anything logs."""
    formatter = logging.Formatter(FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
