"""What actions on resources need: message move tasks, instances that Run Command reaches, and short deployments."""

import asyncio
import inspect
import json
import time
import uuid

from ministack.services import appconfig, ec2, sqs, ssm

from fit import require

# The newest first, by the ARN of the source queue.
_tasks = {}
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
_MAX_LISTED = 10
_DEFAULT_RATE = 500
# A deployment of a configuration takes ten minutes on AWS, with the strategy that does it at once.
_DEPLOYMENT_MINUTE_SECONDS = 0.2


def _sources_of(arn):
    """Queues whose redrive policy names this one as their dead-letter queue."""
    policies = [(q, json.loads(q["attributes"].get("RedrivePolicy") or "{}")) for q in sqs._queues.values()]
    return [q for q, policy in policies if policy.get("deadLetterTargetArn") == arn]


async def _move(task, queue, destination):
    pause = 1 / task["MaxNumberOfMessagesPerSecond"]
    for _ in range(task["ApproximateNumberOfMessagesToMove"]):
        if not queue["messages"]:
            break
        message = queue["messages"].pop(0)
        origin = message.get("sys", {}).pop("DeadLetterQueueSourceArn", None)
        target = destination or sqs._queue_by_arn(origin or "") or _sources_of(task["SourceArn"])[0]
        message.update(receive_count=0, receipt_handle=None, visible_at=time.time())
        target["messages"].append(message)
        sqs.esm_wake.set()
        task["ApproximateNumberOfMessagesMoved"] += 1
        await asyncio.sleep(pause)
    task["Status"] = "COMPLETED"
    del task["TaskHandle"]


async def _start(data, _):
    source = data.get("SourceArn") or ""
    queue = sqs._queue_by_arn(source)
    if queue is None:
        raise sqs._Err("ResourceNotFoundException", "The queue of SourceArn does not exist.", 404)
    if not _sources_of(source):
        raise sqs._Err("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    tasks = _tasks.setdefault(source, [])
    if any(task["Status"] == "RUNNING" for task in tasks):
        raise sqs._Err(
            "UnsupportedOperation",
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        )
    task = {
        "TaskHandle": str(uuid.uuid4()),
        "Status": "RUNNING",
        "SourceArn": source,
        "MaxNumberOfMessagesPerSecond": int(data.get("MaxNumberOfMessagesPerSecond") or _DEFAULT_RATE),
        "ApproximateNumberOfMessagesMoved": 0,
        "ApproximateNumberOfMessagesToMove": len(queue["messages"]),
        "StartedTimestamp": int(time.time() * 1000),
    }
    handle = task["TaskHandle"]
    tasks.insert(0, task)
    task["Running"] = asyncio.create_task(_move(task, queue, sqs._queue_by_arn(data.get("DestinationArn") or "")))
    return {"TaskHandle": handle}


def _list(data, _):
    tasks = _tasks.get(data.get("SourceArn") or "", [])
    shown = tasks[: min(int(data.get("MaxResults") or 1), _MAX_LISTED)]
    return {"Results": [{k: v for k, v in task.items() if k != "Running"} for task in shown]}


def _running_instances():
    return {key for key, instance in ec2._instances.items() if instance["State"]["Name"] == "running"}


def act_on_resources():
    require("StartMessageMoveTask" not in sqs._HANDLERS, "queues move messages by themselves")
    source = inspect.getsource(sqs._act_receive_message) + inspect.getsource(sqs._dlq_sweep)
    require('q["messages"] = keep' in source, "messages of queues are kept in another way")
    sqs._HANDLERS.update(StartMessageMoveTask=_start, ListMessageMoveTasks=_list)
    require("_managed_instance_ids()" in inspect.getsource(ssm._send_command), "Run Command finds instances in another way")
    ssm._managed_instance_ids = _running_instances
    require("_DEPLOYMENT_MINUTE_SECONDS" in inspect.getsource(appconfig._advance_deployment), "deployments take other times")
    appconfig._DEPLOYMENT_MINUTE_SECONDS = _DEPLOYMENT_MINUTE_SECONDS
