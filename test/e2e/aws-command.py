"""`aws SERVICE OPERATION --parameter VALUE ... [FILE]` for the tests: the subset of the AWS CLI that the documents use.

Names and types of parameters are checked against the models of botocore, the library on which the AWS CLI is built. The
address comes from AWS_ENDPOINT_URL.
"""

import json
import os
import sys

import botocore.session
import jmespath
from botocore import xform_name

CLI_ONLY = {"--cli-binary-format", "--output", "--query", "--region"}


def structured(shape, text):
    """Reads JSON, or the shorthand of one item: a word, or `Name=a,Value=b`."""
    if text[0] in "[{":
        return json.loads(text)
    if shape.type_name == "list":
        return [structured(shape.member, word) if "=" in word else word for word in text.split()]
    pairs = [pair.split("=", 1) for pair in text.split(",")]
    if shape.type_name == "map":
        return {name: typed(shape.value, value) for name, value in pairs}
    return {name: typed(shape.members[name], value) for name, value in pairs}


def typed(shape, text):
    """Converts the text of a parameter to its type, as the AWS CLI does."""
    if text.startswith("file://"):
        with open(text.removeprefix("file://")) as file:
            text = file.read()
    if shape.type_name == "blob":
        return text.encode()
    if shape.type_name in ("structure", "map", "list"):
        return structured(shape, text)
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[text]
    return text


# Options that the AWS CLI names differently from the API (awscli/customizations/argrename.py).
RENAMED = {"notification-endpoint": "endpoint"}


def parsed(members, words):
    """Splits words into the request's parameters and the positional words."""
    parameters, positional = {}, []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            positional.append(word)
        elif word in CLI_ONLY:
            words.pop(0)
        elif word == "--cli-input-json":
            parameters.update(json.loads(words.pop(0)))
        else:
            option = word.removeprefix("--").removeprefix("no-")
            name = members[RENAMED.get(option, option)]
            shape = name["shape"]
            boolean = shape.type_name == "boolean"
            if boolean:
                parameters[name["name"]] = not word.startswith("--no-")
                continue
            value = words.pop(0)
            # A list in shorthand has one word for each item.
            while shape.type_name == "list" and value[0] not in "[{" and words and not words[0].startswith("--"):
                value += " " + words.pop(0)
            parameters[name["name"]] = typed(shape, value)
    return parameters, positional


def client_of(service, region="us-east-1"):
    service = {"s3api": "s3"}.get(service, service)
    address = os.environ["AWS_ENDPOINT_URL_S3" if service == "s3" else "AWS_ENDPOINT_URL"]
    return botocore.session.get_session().create_client(service, region_name=region, endpoint_url=address)


def s3(operation, *words):
    """`aws s3 ls`, `aws s3 ls|rm --recursive s3://BUCKET/PREFIX`, `aws s3 rb s3://BUCKET`, and `aws s3 cp` in both directions."""
    client = client_of("s3")
    if (operation, words) == ("ls", ()):
        return print(*(bucket["Name"] for bucket in client.list_buckets()["Buckets"]), sep="\n")
    (address,) = [word for word in words if word.startswith("s3://")]
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if operation == "cp" and not words[0].startswith("s3://"):
        with open(words[0], "rb") as file:
            client.put_object(Bucket=bucket, Key=key, Body=file.read())
        return print("upload:", words[0])
    if operation == "cp":
        return print(client.get_object(Bucket=bucket, Key=key)["Body"].read().decode())
    if operation == "rb":
        client.delete_bucket(Bucket=bucket)
        return print("remove_bucket:", bucket)
    for item in client.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", []):
        if operation == "ls":
            print(item["LastModified"], item["Size"], item["Key"])
        else:
            client.delete_object(Bucket=bucket, Key=item["Key"])
            print("delete:", item["Key"])


def members_of(client, name):
    """Parameters of an operation, by their names on the command line."""
    shapes = client.meta.service_model.operation_model(name).input_shape.members
    return {xform_name(one, "-"): {"name": one, "shape": shape} for one, shape in shapes.items()}


def wait(client, condition, *words):
    """`aws SERVICE wait CONDITION --parameter VALUE ...`."""
    waiter = client.get_waiter(condition.replace("-", "_"))
    parameters, _ = parsed(members_of(client, waiter.config.operation), words)
    waiter.wait(**parameters)
    print("reached")


def main(service, operation, *words):
    if service == "s3":
        return s3(operation, *words)
    client = client_of(service, words[words.index("--region") + 1] if "--region" in words else "us-east-1")
    if operation == "wait":
        return wait(client, *words)
    name = {xform_name(one, "-"): one for one in client.meta.service_model.operation_names}[operation]
    parameters, positional = parsed(members_of(client, name), words)
    answer = getattr(client, xform_name(name))(**parameters)
    for file in positional:
        payload = answer.pop("Payload").read()
        # A socket, which the tests may give as stdout, cannot be opened by its name.
        if file == "/dev/stdout":
            sys.stdout.write(payload.decode())
            continue
        with open(file, "wb") as out:
            out.write(payload)
    answer.pop("ResponseMetadata")
    query = words[words.index("--query") + 1] if "--query" in words else "@"
    print(json.dumps(jmespath.search(query, answer), default=str))


main(*sys.argv[1:])
