"""Rotates secrets through their function; MiniStack never invokes it, and makes a copy current at once."""

import contextvars
import functools
import inspect
import threading
import time
import uuid

from ministack.core.responses import error_response_json, json_response
from ministack.services import lambda_svc, secretsmanager
from ministack.services.cloudformation import provisioners

from fit import require

_ROTATION_STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
# Secrets Manager tries a failed rotation again several times.
_ROTATION_ATTEMPTS = 3


def _run_rotation(secret, version_id):
    """Invokes the rotation function for each step until all succeed. Otherwise the version stays pending, as on AWS."""
    record, config, _ = lambda_svc._get_func_record_for_ref(secret["RotationLambdaARN"])
    function = lambda_svc._execution_record_for_config(record, config)
    for _ in range(_ROTATION_ATTEMPTS):
        for step in _ROTATION_STEPS:
            event = {"Step": step, "SecretId": secret["RotatedAs"], "ClientRequestToken": version_id}
            if lambda_svc._execute_function_with_config_scope(function, event).get("error"):
                break
        else:
            return


def rotate_secrets():
    """Rotates secrets through their function, which MiniStack never invokes; keeps versions as they were written."""
    rotate, put = secretsmanager._rotate_secret, secretsmanager._put_secret_value
    require("_apply_current_promotion(secret, vid)" in inspect.getsource(rotate), "secrets are rotated in another way")
    invalid = functools.partial(error_response_json, "InvalidRequestException")

    def rotate_by_function(data):
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        function = data.get("RotationLambdaARN") or (secret and secret.get("RotationLambdaARN"))
        if not function:
            return rotate(data)
        versions = secret["Versions"]
        pending, version = secretsmanager._find_stage_version(secret, "AWSPENDING")
        if pending and "AWSCURRENT" not in version["Stages"]:
            return invalid("A previous rotation isn't complete. That rotation will be reattempted.", 400)
        secret.update(RotationLambdaARN=function, RotationEnabled=True)
        version_id = data.get("ClientRequestToken") or str(uuid.uuid4())
        secretsmanager._remove_stage_everywhere(secret, "AWSPENDING")
        empty = {"SecretString": None, "SecretBinary": None, "CreatedDate": int(time.time()), "Stages": ["AWSPENDING"]}
        versions[version_id] = empty
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(_run_rotation, secret, version_id), daemon=True).start()
        return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version_id})

    @functools.wraps(put)
    def put_once(data):
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        stored = (secret or {}).get("Versions", {}).get(data.get("ClientRequestToken"))
        content = stored and stored.get("SecretString")
        if content is not None and content != data.get("SecretString"):
            return error_response_json("ResourceExistsException", "The version has other content.", 400)
        if "AWSPENDING" in data.get("VersionStages", []):
            secretsmanager._remove_stage_everywhere(secret, "AWSPENDING")
        return put(data)

    def create_schedule(logical_id, props, stack_name):
        _, secret = secretsmanager._resolve(props["SecretId"])
        secret.update(
            RotationEnabled=True,
            RotationLambdaARN=props["RotationLambdaARN"],
            RotationRules=props.get("RotationRules"),
            # Functions know the secret by what Ref returns: its ARN on AWS, its name here.
            RotatedAs=props["SecretId"],
        )
        return secret["ARN"], {"Id": secret["ARN"]}

    secretsmanager._rotate_secret = rotate_by_function
    secretsmanager._put_secret_value = put_once
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::RotationSchedule"] = {
        "create": create_schedule,
        "delete": lambda physical_id, props: None,
    }
