"""Starts moto on a loopback port with the users that standard input describes, and prints their keys.

Standard input, first line: {"port": N, "authenticate": bool, "users": [{"name", "path", "policy", "attached", "tags",
"keys": [{"age", "status", "used"}]}], "roles": [{"name", "policy"}]}. Ages and uses are in days; IAM's interface
cannot set them, so they are set inside the server. It ends when standard input does: with the test, however that ends.
"""

import datetime
import json
import logging
import sys

import boto3
from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.server import ThreadedMotoServer
import urllib.request

logging.getLogger("werkzeug").setLevel(logging.ERROR)
wanted = json.loads(sys.stdin.readline())
port = wanted["port"]
server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
server.start()
endpoint = f"http://127.0.0.1:{port}"
iam = boto3.client(
    "iam", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
)
now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
made = {}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
for user in wanted["users"]:
    name = user["name"]
    iam.create_user(UserName=name, Path=user.get("path", "/"))
    tags = [{"Key": key, "Value": value} for key, value in user.get("tags", {}).items()]
    if tags:
        iam.tag_user(UserName=name, Tags=tags)
    if "policy" in user:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(user["policy"]))
    for policy in user.get("attached", []):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}]}
        made_policy = iam.create_policy(PolicyName=policy, PolicyDocument=json.dumps(document))
        iam.attach_user_policy(UserName=name, PolicyArn=made_policy["Policy"]["Arn"])
    made[name] = []
    for wish in user.get("keys", []):
        key = iam.create_access_key(UserName=name)["AccessKey"]
        stored = iam_backends["123456789012"]["aws"].users[name].access_keys[-1]
        stored.create_date = now - datetime.timedelta(days=wish.get("age", 0))
        if wish.get("used") is not None:
            at = now - datetime.timedelta(days=wish["used"])
            stored.last_used = AccessKeyLastUsed(timestamp=at, service="s3", region="eu-west-1")
        if wish.get("status", "Active") != "Active":
            iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status=wish["status"])
        made[name].append({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]})
for role in wanted.get("roles", []):
    iam.create_role(RoleName=role["name"], AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=role["name"], PolicyName="p", PolicyDocument=json.dumps(role["policy"]))
if wanted.get("authenticate"):
    # The content type matters: with curl's default one moto fails.
    request = urllib.request.Request(
        endpoint + "/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST"
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()
print(json.dumps(made), flush=True)
sys.stdin.read()
