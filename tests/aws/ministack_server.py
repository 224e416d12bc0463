"""Starts MiniStack on the loopback port that standard input names, and ends it when standard input ends."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

port = sys.stdin.readline().strip()
settings = {
    "BIND_HOST": "127.0.0.1",
    "GATEWAY_PORT": port,
    "AUTH": "true",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
program = os.path.join(os.path.dirname(sys.executable), "ministack")
server = subprocess.Popen(
    [program], env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL, start_new_session=True,
)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for _ in range(600):
    try:
        opener.open(f"http://127.0.0.1:{port}/", timeout=5)
    except urllib.error.HTTPError:
        break
    except OSError:
        time.sleep(0.1)
    else:
        break
print("{}", flush=True)
sys.stdin.read()
# It does not end at a polite signal.
os.killpg(server.pid, signal.SIGKILL)
