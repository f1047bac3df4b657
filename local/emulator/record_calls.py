"""Records the AWS calls of each Lambda function, one JSON object a line, each distinct call once.

A function is recognised by its session token: the emulator gives it one that is its name, and the AWS SDK sends the
token with every request. A call keeps only the fields that name a resource or that IAM conditions may use. `test/iam`
evaluates the calls against the synthesised policies (docs/adr/0017-iam-by-evaluation.md).
"""

import functools
import json
import re
import threading
import urllib.parse

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

# Other fields are dropped: they hold data.
_KEPT_FIELDS = {
    "DetailType",
    "EventBusName",
    "FunctionName",
    "IndexName",
    "QueueUrl",
    "ReturnValues",
    "SecretId",
    "Select",
    "Source",
    "TableName",
    "logGroupName",
    "UserPoolId",
    "stateMachineArn",
}
# Maps whose keys are names of tables.
_KEYED_BY_RESOURCE = {"RequestItems"}
# Lists and objects that contain the fields above.
_NESTED = {"Entries", "TransactItems", "ConditionCheck", "Delete", "Get", "Put", "Update"}

TOKEN_PREFIX = "function:"
_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/(?P<service>[^/]+)/aws4_request")


def _naming_fields(value):
    """The part of a request body that names resources."""
    if isinstance(value, list):
        distinct = {json.dumps(each): each for each in map(_naming_fields, value)}
        return list(distinct.values())
    if not isinstance(value, dict):
        return None
    kept = {name: value[name] for name in sorted(_KEPT_FIELDS & value.keys())}
    kept |= {name: sorted(value[name]) for name in sorted(_KEYED_BY_RESOURCE & value.keys())}
    return kept | {name: _naming_fields(value[name]) for name in sorted(_NESTED & value.keys())}


def _input_of(service, target, body):
    """S3 and Lambda name their resource in the path, SNS and STS in a form, the other services in a JSON body."""
    if service in ("sns", "sts"):
        form = urllib.parse.parse_qs(body.decode())
        return {name: form[name][0] for name in ("Action", "RoleArn", "TopicArn") if name in form}
    return _naming_fields(json.loads(body)) if target else {}


class _Recording:
    def __init__(self, path):
        self._file = open(path, "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._seen = set()

    def add(self, method, path, headers, body, query_params, status):
        token = headers.get("x-amz-security-token", "")
        if not token.startswith(TOKEN_PREFIX):
            return
        scope = _SCOPE.search(headers.get("authorization", ""))
        service = scope["service"] if scope else "unsigned"
        target = headers.get("x-amz-target", "")
        call = {
            "functionName": token.removeprefix(TOKEN_PREFIX),
            "service": service,
            "target": target,
            "method": method,
            "path": path,
            "query": {name: values[0] for name, values in sorted(query_params.items())},
            "input": _input_of(service, target, body),
            # S3 demands permission to read what a request with this header replaces.
            "replaces": "if-match" in headers,
            "status": status,
        }
        line = json.dumps(call, sort_keys=True)
        with self._lock:
            if line not in self._seen:
                self._seen.add(line)
                self._file.write(line + "\n")


def _name_functions():
    """Gives each function its name as session token."""
    credentials = lambda_runtime.execution_credentials

    @functools.wraps(credentials)
    def named_credentials(config):
        return {**credentials(config), "AWS_SESSION_TOKEN": TOKEN_PREFIX + config["FunctionName"]}

    lambda_runtime.execution_credentials = named_credentials
    lambda_svc.execution_credentials = named_credentials


def record_calls(path):
    recording = _Recording(path)
    _name_functions()
    special = app._handle_special_data_plane_request
    dispatch = app._dispatch_service_request

    @functools.wraps(special)
    async def recorded_special(method, path, headers, body, query_params, *args, **kwargs):
        response = await special(method, path, headers, body, query_params, *args, **kwargs)
        if response is not None:
            recording.add(method, path, headers, body, query_params, response[0])
        return response

    @functools.wraps(dispatch)
    async def recorded_dispatch(method, path, headers, body, query_params, *args, **kwargs):
        response = await dispatch(method, path, headers, body, query_params, *args, **kwargs)
        recording.add(method, path, headers, body, query_params, response[0])
        return response

    app._handle_special_data_plane_request = recorded_special
    app._dispatch_service_request = recorded_dispatch
