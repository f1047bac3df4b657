"""Starts the pinned MiniStack with a few corrections, and stops it when the starter ends.

docs/adr/0002-emulator.md explains the corrections. Each checks that the code it replaces still exists, so that
an incompatible MiniStack version fails at start instead of behaving differently.
"""

import functools
import inspect
import os
import signal
import sys
import threading
import time

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import apigateway, dynamodb, lambda_svc, sqs
from ministack.services.cloudformation import provisioners

from act_on_resources import act_on_resources
from answer_tasks import answer_tasks
from disturb_calls import disturb_calls
from fit import require
from pass_traces import pass_traces
from record_actions import record_actions
from record_calls import record_calls
from record_credentials import record_credentials
from rotate_secrets import rotate_secrets

# The Node worker's response when a handler throws or rejects, and its replacement: a response that keeps the
# worker alive, as Lambda does, and has the name of the error, which state machines match on.
_WORKER_ERROR = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
_WORKER_FAILURE = (
    'status: "ok", failure: { errorType: String(err.name || "Error"),'
    ' errorMessage: String(err.message === undefined ? err : err.message),'
    ' trace: String(err.stack || "").split("\\n") }'
)

_last_failure = threading.local()

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: a batch ends at its size, its window or 6 MB.
_BATCH_BYTES = 6_000_000
_STREAM_PAUSE_SECONDS = 0.1


def _report_error_names():
    """Makes failed Node functions respond with the name of the error, as on AWS, instead of Runtime.HandlerError."""
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    require(script.count(_WORKER_ERROR) == 1, "the Node worker reports errors in another way")
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
    """Passes compressed request bodies to the function as base64, regardless of their content type."""
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
        """Headers whose content type is treated as binary, but which reach the function unchanged."""

        def get(self, name, default=None):
            return compressed if name == "content-type" else super().get(name, default)

    require(not is_text(compressed), "octet-stream bodies are delivered as text")
    apigateway._invoke_lambda_proxy = invoke_with_encoding


def _stop_waiting_for_silent_handlers():
    """Lets a function that logs nothing respond at once: MiniStack waits 50 ms for its first log line."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    require(drain.__defaults__ == (0.050, 0.005, 0.250), "log lines are collected in another way")
    drain.__defaults__ = (0.004, 0.002, 0.250)


def _window_of(queue):
    """Batching window of a queue's event source in seconds; 0 without one, or for batches of ten or fewer."""
    arn = queue["attributes"].get("QueueArn")
    mappings = [esm for esm in lambda_svc._esms.values() if esm.get("EventSourceArn") == arn]
    return max((float(esm.get("MaximumBatchingWindowInSeconds") or 0) for esm in mappings), default=0)


def _ready_messages(queue, limit, now):
    """Size of the next batch, whether it is full, and the arrival time of its oldest message."""
    ready, size, since = 0, 0, now
    for message in queue["messages"]:
        visible_at = message.get("visible_at", message["sent_at"])
        if visible_at > now:
            continue
        size += len(message["body"])
        if ready > 0 and size > _BATCH_BYTES:
            return ready, True, since
        ready, since = ready + 1, min(since, visible_at)
        if ready == limit:
            return ready, True, since
    return ready, False, since


def _fill_batches():
    """Fills batches up to BatchSize for up to the batching window; MiniStack delivers at most ten messages at once."""
    receive = sqs._receive_messages_for_esm
    require("min(int(max_number or 1), 10)" in inspect.getsource(receive), "queue batches are cut in another way")
    woken = set()

    def wake_after(queue_url, seconds):
        if queue_url in woken:
            return
        woken.add(queue_url)

        def wake():
            woken.discard(queue_url)
            lambda_svc._esm_wake.set()

        timer = threading.Timer(seconds, wake)
        timer.daemon = True
        timer.start()

    @functools.wraps(receive)
    def receive_gathered(queue_url, batch_size):
        queue = sqs._queues.get(queue_url)
        window = 0 if queue is None or queue["is_fifo"] else _window_of(queue)
        if window == 0:
            return receive(queue_url, batch_size)
        with sqs._queues_lock:
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            now = time.time()
            ready, is_full, since = _ready_messages(queue, int(batch_size), now)
            if ready == 0:
                return []
            if not is_full and now - since < window:
                wake_after(queue_url, window - (now - since))
                return []
            return sqs._collect_msgs(queue, ready, int(queue["attributes"].get("VisibilityTimeout", "30")))

    sqs._receive_messages_for_esm = receive_gathered


def _follow_streams_aside():
    """Gives streams their own poller: MiniStack runs their functions on the thread that also serves the queues."""
    poll = lambda_svc._poll_dynamodb_streams
    require("_execute_function(func_rec, event)" in inspect.getsource(poll), "streams are polled in another way")
    lambda_svc._poll_dynamodb_streams = lambda: False

    def follow():
        while True:
            try:
                is_busy = poll()
            except Exception as error:
                lambda_svc.logger.error("ESM DynamoDB streams poller error: %s", error)
                is_busy = False
            if not is_busy:
                time.sleep(_STREAM_PAUSE_SECONDS)

    threading.Thread(target=follow, daemon=True, name="stream-poller").start()


def _declare_recovery():
    """Turns on the point-in-time recovery that a template declares: MiniStack ignores the replicas of a global table."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"]
    create = handlers["create"]
    require('pop("Replicas"' in inspect.getsource(create), "replicas of a table are read in another way")

    @functools.wraps(create)
    def create_recoverable(logical_id, props, stack_name):
        created = create(logical_id, props, stack_name)
        name = created[0]
        for replica in props.get("Replicas", []):
            declared = replica.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False)
            dynamodb._pitr_settings[name] = str(declared).lower() == "true"
        return created

    handlers["create"] = create_recoverable


def _end_with_the_starter():
    """Ends this process group when the starter has ended in any way, which closes its end of our stdin."""

    def wait():
        while os.read(0, 4096):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True, name="starter-watch").start()


if __name__ == "__main__":
    _report_error_names()
    _deliver_compressed_bodies()
    _stop_waiting_for_silent_handlers()
    _fill_batches()
    _follow_streams_aside()
    _declare_recovery()
    rotate_secrets()
    pass_traces()
    if os.environ.get("FORESTALL_DISTURBED_CALLS"):
        disturb_calls(os.environ["FORESTALL_DISTURBED_CALLS"])
    answer_tasks()
    act_on_resources()
    _end_with_the_starter()
    if os.environ.get("FORESTALL_RECORDED_CALLS"):
        record_calls(os.environ["FORESTALL_RECORDED_CALLS"])
    if os.environ.get("FORESTALL_RECORDED_ACTIONS"):
        record_actions(os.environ["FORESTALL_RECORDED_ACTIONS"])
    if os.environ.get("FORESTALL_RECORDED_CREDENTIALS"):
        record_credentials(os.environ["FORESTALL_RECORDED_CREDENTIALS"])
    sys.argv = sys.argv[:1]
    app.main()
