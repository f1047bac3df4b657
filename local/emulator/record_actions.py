"""Records what remediations decide and what they change, in its order, one JSON object a line.

A decision is a committed transaction on the table of remediations. A change is a call with the credentials of a role
that a function assumed; the name of the session is that of the remediation. `test/iam/recorded-decisions.test.ts`
checks that a decision precedes each change.
"""

import functools
import json
import re
import threading
from urllib.parse import parse_qs

from ministack import app

from record_calls import TOKEN_PREFIX

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/[^/]+/(?P<service>[^/]+)/aws4_request")
_ACCESS_KEY = re.compile(r'<AccessKeyId>([^<]+)</AccessKeyId>|"AccessKeyId":\s*"([^"]+)"')
_COMMIT = "DynamoDB_20120810.TransactWriteItems"


def _text(body):
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""


def _form(body):
    return {name: values[0] for name, values in parse_qs(_text(body)).items()}


def _decisions(body):
    """Decisions that a transaction appends, each with the remediation that it is about."""
    items = [write["Put"]["Item"] for write in json.loads(body).get("TransactItems", []) if "Put" in write]
    about = {}
    for item in items:
        kind, _, rest = item["sk"]["S"].partition("#")
        if kind == "DECISIONOF":
            remediation, _, sequence = rest.rpartition("#")
            about[sequence] = remediation
    for item in items:
        kind, _, sequence = item["sk"]["S"].partition("#")
        if kind == "DECISION":
            yield {"kind": item["decided"]["S"], "remediation": about.get(sequence), "tenant": item["pk"]["S"]}


class _Actions:
    def __init__(self, path):
        self._file = open(path, "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._sessions = {}

    def _write(self, line):
        with self._lock:
            self._file.write(json.dumps(line, sort_keys=True) + "\n")

    def before(self, method, path, headers, body):
        """A call counts from its arrival: it may have an effect without an answer."""
        found = _CREDENTIAL.search(headers.get("authorization", ""))
        session = self._sessions.get(found["key"]) if found else None
        if session is None:
            return
        operation = headers.get("x-amz-target", "").rpartition(".")[2] or _form(body).get("Action", "")
        call = {"service": found["service"], "operation": operation, "method": method, "path": path}
        self._write({"call": {**session, **call}})

    def after(self, headers, body, response):
        if response is None or response[0] != 200:
            return
        if headers.get("x-amz-target", "") == _COMMIT:
            for decision in _decisions(body):
                self._write({"decision": decision})
        # Deployments assume roles, too.
        is_function = headers.get("x-amz-security-token", "").startswith(TOKEN_PREFIX)
        form = _form(body) if is_function and "AssumeRole" in _text(body)[:200] else {}
        if form.get("Action") == "AssumeRole":
            key = _ACCESS_KEY.search(_text(response[2]))
            if key is not None:
                role = form["RoleArn"].rpartition("/")[2]
                self._sessions[key[1] or key[2]] = {"role": role, "session": form["RoleSessionName"]}


def record_actions(path):
    actions = _Actions(path)
    special = app._handle_special_data_plane_request
    dispatch = app._dispatch_service_request

    @functools.wraps(special)
    async def recorded_special(method, path, headers, body, *args, **kwargs):
        response = await special(method, path, headers, body, *args, **kwargs)
        if response is not None:
            actions.before(method, path, headers, body)
        return response

    @functools.wraps(dispatch)
    async def recorded_dispatch(method, path, headers, body, *args, **kwargs):
        actions.before(method, path, headers, body)
        response = await dispatch(method, path, headers, body, *args, **kwargs)
        actions.after(headers, body, response)
        return response

    app._handle_special_data_plane_request = recorded_special
    app._dispatch_service_request = recorded_dispatch
