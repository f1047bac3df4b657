"""Passes trace headers on as AWS does; MiniStack drops them between services.

An invocation gets the trace of what caused it: an HTTP request, an `Invoke` or a workflow. Messages that the bus puts
into a queue carry the trace of their event. docs/emulator.md lists what remains different.
"""

import contextvars
import functools
import inspect
import json
import secrets
import time

from ministack.core.responses import json_response
from ministack.services import apigateway, eventbridge, lambda_svc, sqs, stepfunctions

from fit import require

# The header of the work that this context does; pollers of queues and streams have none.
_trace = contextvars.ContextVar("forestall_trace", default=None)
_event_trace = contextvars.ContextVar("forestall_event_trace", default=None)


def _new_root():
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def _decided(header):
    """The header with a segment and a decision: all that nobody has decided about is recorded."""
    parent = "" if "Parent=" in header else f";Parent={secrets.token_hex(8)}"
    sampled = "" if "Sampled=" in header else ";Sampled=1"
    return f"{header}{parent}{sampled}"


def _within(variable, value, call):
    token = variable.set(value)
    try:
        return call()
    finally:
        variable.reset(token)


def _trace_invocations():
    begin = lambda_svc._xray_trace_id_for_invocation
    invoke, proxy = lambda_svc._invoke, apigateway._invoke_lambda_proxy
    require("inbound_trace_header" in inspect.signature(begin).parameters, "invocations get their trace elsewhere")

    def of_cause(config, inbound_trace_header=None):
        return begin(config, inbound_trace_header or _trace.get())

    @functools.wraps(proxy)
    async def proxy_traced(integration, api_id, stage, path, method, headers, *args, **kwargs):
        given = headers.get("x-amzn-trace-id") or _new_root()
        token = _trace.set(_decided(given))
        try:
            traced = {**headers, "x-amzn-trace-id": given}
            return await proxy(integration, api_id, stage, path, method, traced, *args, **kwargs)
        finally:
            _trace.reset(token)

    @functools.wraps(invoke)
    async def invoke_traced(name, event, headers, *args, **kwargs):
        token = _trace.set(headers.get("x-amzn-trace-id"))
        try:
            return await invoke(name, event, headers, *args, **kwargs)
        finally:
            _trace.reset(token)

    lambda_svc._xray_trace_id_for_invocation = of_cause
    lambda_svc._invoke, apigateway._invoke_lambda_proxy = invoke_traced, proxy_traced


def _trace_workflows():
    start = stepfunctions._start_execution
    require("copy_context()" in inspect.getsource(start), "executions do not inherit their context")

    def start_traced(data):
        header = data.get("traceHeader") or _trace.get() or _new_root()
        return _within(_trace, _decided(header), lambda: start(data))

    stepfunctions._start_execution = start_traced


def _trace_events():
    put, complete = eventbridge._put_events, sqs._ensure_msg_fields
    require("_ensure_msg_fields" in inspect.getsource(eventbridge._dispatch_to_sqs), "events reach queues elsewhere")

    def put_traced(data, *args, **kwargs):
        entries = data.get("Entries", [])
        if len(entries) > 10 or not any(entry.get("TraceHeader") for entry in entries):
            return put(data, *args, **kwargs)
        failed, results = 0, []
        for entry in entries:
            one = {**data, "Entries": [entry]}
            _, _, body = _within(_event_trace, entry.get("TraceHeader"), lambda: put(one, *args, **kwargs))
            answer = json.loads(body)
            failed += answer["FailedEntryCount"]
            results += answer["Entries"]
        return json_response({"FailedEntryCount": failed, "Entries": results})

    def complete_traced(message):
        if _event_trace.get() is not None:
            message["sys"]["AWSTraceHeader"] = _event_trace.get()
        return complete(message)

    eventbridge._put_events, sqs._ensure_msg_fields = put_traced, complete_traced


def pass_traces():
    _trace_invocations()
    _trace_workflows()
    _trace_events()
