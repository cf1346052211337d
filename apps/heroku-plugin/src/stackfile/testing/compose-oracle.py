"""Runs `docker-compose ARGUMENTS` for each line of standard input, in one process: starting Python anew for hundreds of files takes minutes.

Each line is JSON, {"arguments": [...], "environment": {...}}; each answer too, {"status": 0, "stdout": "...", "stderr": "..."}.
"""

import contextlib
import io
import json
import logging
import os
import sys

from compose.cli import main


def run(arguments, environment):
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ['docker-compose', *arguments]
    logging.getLogger().handlers.clear()
    stdout, stderr = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            main.main()
        except SystemExit as error:
            status = error.code
    return {'status': status, 'stdout': stdout.getvalue(), 'stderr': stderr.getvalue()}


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
