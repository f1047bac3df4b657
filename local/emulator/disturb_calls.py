"""Disturbs calls of functions by workflows, for tests of what happens then.

A test writes the disturbances to a file as a JSON list. Each names an execution, by the beginning of its name, a state,
which of its calls is meant (1 is the first; attempts count; one for each state of an execution), and what happens to it:

- `before`: the call fails without reaching the function;
- `after`: the function succeeds, and its answer is lost;
- `late`: the state gives up, and the function runs beside the next attempt;
- `twice`: the function runs twice at once;
- `refused`: the call fails for good, without reaching the function.
"""

import contextvars
import functools
import inspect
import json
import os
import threading
from collections import Counter

from ministack.services import stepfunctions

from fit import require

# Execution and state whose call this context makes.
_present = contextvars.ContextVar("present")
# When a state that gave up calls again: its retry of States.Timeout.
_RETRY_SECONDS = 5


def _name_state(execute):
    @functools.wraps(execute)
    def execute_task(state_def, raw_input, execution, ctx):
        token = _present.set((ctx["Execution"]["Name"], ctx["State"]["Name"]))
        try:
            return execute(state_def, raw_input, execution, ctx)
        finally:
            _present.reset(token)

    return execute_task


class _Disturbances:
    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        self._calls = Counter()

    def next(self):
        """What happens to the call that is about to be made; None if nothing does."""
        execution, state = _present.get(("", ""))
        for listed in self._read():
            if listed["state"] == state and execution.startswith(listed["execution"]):
                return self._count(listed, execution)
        return None

    def _read(self):
        if not os.path.exists(self._path):
            return []
        with open(self._path, encoding="utf-8") as file:
            return json.load(file)

    def _count(self, listed, execution):
        key = (listed["execution"], listed["state"])
        with self._lock:
            self._calls[key] += 1
            call = self._calls[key]
        if call != listed["call"]:
            return None
        stepfunctions.logger.warning("disturbed: %s, %s, %s", execution, listed["state"], listed["kind"])
        return listed["kind"]


def _failure(error):
    return stepfunctions._ExecutionError(error, "the call was disturbed")


def _beside(call, func_ref, event, wait=0):
    """Calls the function in a thread of its own, whose result nobody waits for."""
    context = contextvars.copy_context()

    def run():
        try:
            context.run(call, func_ref, event)
        except stepfunctions._ExecutionError as error:
            stepfunctions.logger.warning("a call that was disturbed failed: %s", error.error)

    thread = threading.Timer(wait, run)
    thread.daemon = True
    thread.start()
    return thread


def _disturbed(call, disturbances):
    @functools.wraps(call)
    def call_lambda(func_ref, event):
        kind = disturbances.next()
        if kind == "refused":
            raise _failure("InvalidInputError")
        if kind == "before":
            raise _failure("Lambda.ServiceException")
        if kind == "late":
            _beside(call, func_ref, event, _RETRY_SECONDS)
            raise _failure("States.Timeout")
        other = _beside(call, func_ref, event) if kind == "twice" else None
        result = call(func_ref, event)
        if other is not None:
            other.join()
        if kind == "after":
            raise _failure("Lambda.ServiceException")
        return result

    return call_lambda


def disturb_calls(path):
    source = inspect.getsource(stepfunctions._invoke_resource_with_timeout)
    require("contextvars.copy_context()" in source, "the threads of tasks have another context")
    stepfunctions._execute_task = _name_state(stepfunctions._execute_task)
    stepfunctions._call_lambda = _disturbed(stepfunctions._call_lambda, _Disturbances(path))
