"""Records the credentials that requests and responses carry, one JSON text a line, each once.

`test/iam/recorded-logs.test.ts` looks for parts of them in everything that was logged.
"""

import functools
import json
import os
import re
import threading

from ministack import app

_HEADERS = ("authorization", "x-api-key", "cookie", "webhook-signature", "x-slack-signature")
# Fields of JSON bodies: of Forestall's API, Secrets Manager and Cognito.
_FIELDS = {
    "apiKey",
    "accessToken",
    "secret",
    "SecretString",
    "AccessToken",
    "IdToken",
    "RefreshToken",
    "REFRESH_TOKEN",
    "Password",
    "PASSWORD",
    "TemporaryPassword",
}
_ANY_FIELD = re.compile("|".join(f'"{name}"' for name in sorted(_FIELDS)).encode())
# Requests to AWS are signed; nothing in the emulator checks the signatures.
_OF_AWS = "AWS4-HMAC-SHA256"


def _values(body):
    """Values of the fields at any depth."""
    if isinstance(body, list):
        for each in body:
            yield from _values(each)
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name in _FIELDS and isinstance(value, str):
            yield value
        else:
            yield from _values(value)


def _in_body(body):
    body = body.encode() if isinstance(body, str) else body
    if not isinstance(body, bytes) or not _ANY_FIELD.search(body):
        return
    try:
        yield from _values(json.loads(body))
    except ValueError:
        return


def _in_headers(headers):
    for name in _HEADERS:
        value = headers.get(name, "")
        if not value.startswith(_OF_AWS):
            yield from value.split()


class _Credentials:
    def __init__(self, path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = open(descriptor, "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._seen = set()

    def add(self, headers, body, response):
        found = [*_in_headers(headers), *_in_body(body)]
        if response is not None:
            found.extend(_in_body(response[2]))
        with self._lock:
            for text in found:
                if text not in self._seen:
                    self._seen.add(text)
                    self._file.write(json.dumps(text) + "\n")


def record_credentials(path):
    credentials = _Credentials(path)

    def recorded(handle):
        @functools.wraps(handle)
        async def handle_recorded(method, path, headers, body, *args, **kwargs):
            response = await handle(method, path, headers, body, *args, **kwargs)
            credentials.add(headers, body, response)
            return response

        return handle_recorded

    app._handle_special_data_plane_request = recorded(app._handle_special_data_plane_request)
    app._dispatch_service_request = recorded(app._dispatch_service_request)
