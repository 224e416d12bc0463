"""Runs `aws iam list-access-keys` for each user named on standard input, with AWS's own program, in one process.

Arguments: the endpoint. Prints one JSON object: user to keys. One process, because the program takes a second to start.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

found = {}
driver = create_clidriver()
for user in sys.stdin.read().split("\n"):
    if not user:
        continue
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = driver.main(
            ["--endpoint-url", sys.argv[1], "--output", "json", "iam", "list-access-keys", "--user-name", user]
        )
    assert code == 0, (user, code)
    found[user] = json.loads(out.getvalue())["AccessKeyMetadata"]
print(json.dumps(found))
