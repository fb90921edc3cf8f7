"""The uploads API: a REST API of API Gateway whose authoriser takes access tokens of our user pool only."""

import hashlib
import json
from http import HTTPStatus
from typing import Any

from embedded.aws_endpoint import ACCOUNT
from embedded.provision_functions import allow
from pixplore.safe_headers import EVERY

API, STAGE, AUTHORISER = "pixplore-uploads", "v1", "pixplore-people"
# Only access tokens carry this scope: an ID token is answered 401.
SCOPES = ["aws.cognito.signin.user.admin"]
REFUSAL_HEADERS = {"Content-Type": "application/problem+json", **EVERY}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="pixplore"'}
REFUSALS = {
    # What API Gateway answers by itself, as RFC 9457 like every other error: type -> status, code, sentence.
    "UNAUTHORIZED": (401, "unauthenticated", "Sign in and try again."),
    "EXPIRED_TOKEN": (401, "unauthenticated", "The token has ended. Sign in again."),
    "ACCESS_DENIED": (403, "forbidden", "Your role does not allow this. Ask an administrator."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found", "There is nothing at this address."),
    "RESOURCE_NOT_FOUND": (404, "not_found", "There is nothing at this address."),
    "REQUEST_TOO_LARGE": (413, "too_large", "The request is too large. Send fewer files at once."),
    "THROTTLED": (429, "throttled", "Too many requests. Try again in a moment."),
    "DEFAULT_4XX": (400, "bad_request", "The request cannot be understood."),
    "DEFAULT_5XX": (503, "unavailable", "Something is away for now. Try again in a moment."),
}
ROUTES = (
    ("POST", "/uploads", "issue_uploads"),
    ("GET", "/uploads", "upload_status"),
    ("GET", "/uploads/{batch_id}", "upload_status"),
    ("POST", "/uploads/{batch_id}/files", "issue_uploads"),
    ("POST", "/uploads/{batch_id}/retry", "issue_uploads"),
    ("GET", "/uploads/{batch_id}/errors.csv", "upload_status"),
)


def uploads_api(client: Any, endpoint: str, pool_id: str, functions: dict[str, str]) -> str:
    """Create it, or make it anew when its routes changed. Returns its address, `/uploads` not included."""
    api, lambdas = client("apigateway"), client("lambda")
    region = api.meta.region_name
    wanted = _fingerprint(pool_id, functions)
    api_id = next((str(a["id"]) for a in api.get_rest_apis(limit=500)["items"] if a["name"] == API), None)
    if api_id is None:
        api_id = str(api.create_rest_api(name=API, endpointConfiguration={"types": ["REGIONAL"]})["id"])
    if _deployed(api, api_id) != wanted:
        _routes(api, api_id, region, pool_id, functions)
        _refusals(api, api_id)
        deployment = api.create_deployment(restApiId=api_id, description=wanted)
        _stage(api, api_id, deployment["id"])
        for name in sorted({route[2] for route in ROUTES}):
            source = f"arn:aws:execute-api:{region}:{ACCOUNT}:{api_id}/*/*/*"
            allow(lambdas, functions[name], "uploads-api", "apigateway.amazonaws.com", source)
    return f"{endpoint}/_aws/execute-api/{api_id}/{STAGE}"


def _fingerprint(pool_id: str, functions: dict[str, str]) -> str:
    content = json.dumps([ROUTES, SCOPES, REFUSALS, REFUSAL_HEADERS, pool_id, functions], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _refusals(api: Any, api_id: str) -> None:
    for kind, (status, code, sentence) in REFUSALS.items():
        body = {
            "type": f"urn:pixplore:{code}", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence,
            "instance": "urn:uuid:$context.requestId",
        }  # fmt: skip
        headers = REFUSAL_HEADERS | (CHALLENGE if status == 401 else {})
        api.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            statusCode=str(status),
            responseParameters={f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
            responseTemplates={"application/json": json.dumps(body)},
        )


def _deployed(api: Any, api_id: str) -> str | None:
    """The fingerprint of what the stage serves now."""
    try:
        stage = api.get_stage(restApiId=api_id, stageName=STAGE)
        return str(api.get_deployment(restApiId=api_id, deploymentId=stage["deploymentId"]).get("description"))
    except api.exceptions.NotFoundException:
        return None


def _stage(api: Any, api_id: str, deployment: str) -> None:
    try:
        change = {"op": "replace", "path": "/deploymentId", "value": deployment}
        api.update_stage(restApiId=api_id, stageName=STAGE, patchOperations=[change])
    except api.exceptions.NotFoundException:
        api.create_stage(restApiId=api_id, stageName=STAGE, deploymentId=deployment)


def _routes(api: Any, api_id: str, region: str, pool_id: str, functions: dict[str, str]) -> None:
    authoriser = _authoriser(api, api_id, f"arn:aws:cognito-idp:{region}:{ACCOUNT}:userpool/{pool_id}")
    resources = {r["path"]: r for r in api.get_resources(restApiId=api_id, limit=500, embed=["methods"])["items"]}
    for method, path, name in ROUTES:
        resource = _resource(api, api_id, resources, path)
        at = {"restApiId": api_id, "resourceId": resource["id"], "httpMethod": method}
        if method in resource.get("resourceMethods", {}):
            api.delete_method(**at)
        api.put_method(**at, authorizationType="COGNITO_USER_POOLS", authorizerId=authoriser,
                       authorizationScopes=SCOPES)  # fmt: skip
        uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{functions[name]}/invocations"
        api.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)


def _resource(api: Any, api_id: str, resources: dict[str, Any], path: str) -> Any:
    if path not in resources:
        parent, _, part = path.rpartition("/")
        above = _resource(api, api_id, resources, parent or "/")
        resources[path] = api.create_resource(restApiId=api_id, parentId=above["id"], pathPart=part)
    return resources[path]


def _authoriser(api: Any, api_id: str, pool_arn: str) -> str:
    for there in api.get_authorizers(restApiId=api_id, limit=500)["items"]:
        if there["name"] == AUTHORISER:
            if there["providerARNs"] == [pool_arn]:
                return str(there["id"])
            api.delete_authorizer(restApiId=api_id, authorizerId=there["id"])
    made = api.create_authorizer(
        restApiId=api_id, name=AUTHORISER, type="COGNITO_USER_POOLS", providerARNs=[pool_arn],
        identitySource="method.request.header.Authorization",
    )  # fmt: skip
    return str(made["id"])
