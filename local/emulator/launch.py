"""Starts the pinned MiniStack with a few corrections, and ends it with whoever started it.

The corrections are explained in docs/adr/0002-emulator.md. Each one checks that the code it replaces is
still there, so that a new MiniStack version fails loudly at start instead of behaving differently.
"""

import functools
import os
import signal
import sys
import threading

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import apigateway, lambda_svc

# What the Node worker writes when a handler throws or rejects, and what it has to write instead: an answer
# that keeps the worker alive, as Lambda does, and carries the error's name, which state machines match on.
_WORKER_ERROR = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
_WORKER_FAILURE = (
    'status: "ok", failure: { errorType: String(err.name || "Error"),'
    ' errorMessage: String(err.message === undefined ? err : err.message),'
    ' trace: String(err.stack || "").split("\\n") }'
)

_last_failure = threading.local()


def _require(condition, what):
    if not condition:
        sys.exit(f"local/emulator/launch.py does not fit this MiniStack version: {what}")


def _report_error_names():
    """Failed Node functions answer with the error's own name, as on AWS; MiniStack says Runtime.HandlerError."""
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    _require(script.count(_WORKER_ERROR) == 1, "the Node worker reports errors in another way")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(_WORKER_ERROR, _WORKER_FAILURE)
    invoke = lambda_runtime.Worker.invoke
    execute = lambda_svc._execute_function_warm

    @functools.wraps(invoke)
    def invoke_keeping_failure(self, *args, **kwargs):
        response = invoke(self, *args, **kwargs)
        failure = response.get("failure")
        _last_failure.value = failure
        if failure is None:
            return response
        trace = "\n".join(failure["trace"])
        return {**response, "status": "error", "error": failure["errorMessage"], "trace": trace}

    @functools.wraps(execute)
    def execute_naming_failure(*args, **kwargs):
        _last_failure.value = None
        result = execute(*args, **kwargs)
        if result.get("error") and _last_failure.value is not None:
            result["body"] = _last_failure.value
        return result

    lambda_runtime.Worker.invoke = invoke_keeping_failure
    lambda_svc._execute_function_warm = execute_naming_failure


def _deliver_compressed_bodies():
    """Compressed request bodies reach the function as base64, whatever their content type."""
    invoke = apigateway._invoke_lambda_proxy
    is_text = apigateway._v2_request_body_is_text
    compressed = "application/octet-stream"

    @functools.wraps(invoke)
    async def invoke_with_encoding(integration, api_id, stage, path, method, headers, *args, **kwargs):
        encoding = headers.get("content-encoding", "identity")
        if encoding != "identity":
            headers = _Headers(headers)
        return await invoke(integration, api_id, stage, path, method, headers, *args, **kwargs)

    class _Headers(dict):
        """Headers whose content type counts as binary, but which reach the function unchanged."""

        def get(self, name, default=None):
            return compressed if name == "content-type" else super().get(name, default)

    _require(not is_text(compressed), "octet-stream bodies are delivered as text")
    apigateway._invoke_lambda_proxy = invoke_with_encoding


def _stop_waiting_for_silent_handlers():
    """A function that logs nothing answers at once: MiniStack waits 50 ms for its first log line."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    _require(drain.__defaults__ == (0.050, 0.005, 0.250), "log lines are collected in another way")
    drain.__defaults__ = (0.004, 0.002, 0.250)


def _end_with_the_starter():
    """Ends this process group when the starter is gone, however it died: its end of our stdin closes."""

    def wait():
        while os.read(0, 4096):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True, name="starter-watch").start()


if __name__ == "__main__":
    _report_error_names()
    _deliver_compressed_bodies()
    _stop_waiting_for_silent_handlers()
    _end_with_the_starter()
    sys.argv = sys.argv[:1]
    app.main()
