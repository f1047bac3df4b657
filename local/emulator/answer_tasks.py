"""Tasks that wait for an answer behave as on AWS.

MiniStack takes `TimeoutSeconds` of a JSONata state as it is written, also an expression, and ignores the failure of the
function that such a task invokes, so that the execution waits in vain.
"""

import functools
import inspect
import threading

from ministack.services import stepfunctions

from fit import require

# The token of the task whose function this thread invokes.
_waiting = threading.local()


def _evaluate_timeout(execute):
    @functools.wraps(execute)
    def execute_task(state_def, raw_input, execution, ctx):
        if isinstance(state_def.get("TimeoutSeconds"), str):
            seconds = stepfunctions._jsonata_state_field(state_def, "TimeoutSeconds", "number", raw_input, ctx)
            state_def = {**state_def, "TimeoutSeconds": seconds}
        return execute(state_def, raw_input, execution, ctx)

    return execute_task


def _fail_with_function(call):
    @functools.wraps(call)
    def call_lambda(func_ref, event):
        try:
            return call(func_ref, event)
        except stepfunctions._ExecutionError as error:
            waiting = stepfunctions._task_tokens.get(getattr(_waiting, "token", None))
            if waiting is not None:
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    return call_lambda


def _remember_token(invoke):
    @functools.wraps(invoke)
    def invoke_with_callback(resource, input_data, token, state_def):
        _waiting.token = token
        try:
            return invoke(resource, input_data, token, state_def)
        finally:
            _waiting.token = None

    return invoke_with_callback


def answer_tasks():
    invoke = stepfunctions._invoke_with_callback
    source = inspect.getsource(invoke)
    require('state_def.get("TimeoutSeconds"' in source, "tasks with a token time out in another way")
    require("except _ExecutionError:\n            pass" in source, "tasks with a token fail with their function")
    stepfunctions._execute_task = _evaluate_timeout(stepfunctions._execute_task)
    stepfunctions._invoke_with_callback = _remember_token(invoke)
    stepfunctions._call_lambda = _fail_with_function(stepfunctions._call_lambda)
