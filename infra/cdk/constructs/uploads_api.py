"""The uploads API in API Gateway: routes, scopes and refusals are the ones of the local stack, word for word."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aws_cdk import aws_apigateway as gateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from embedded.provision_api import CHALLENGE, REFUSAL_HEADERS, REFUSALS, ROUTES, SCOPES, STAGE
from infra.cdk.acknowledged import acknowledge
from infra.cdk.constructs.log import log_group

# What API Gateway checks by itself, in addition: it must answer what our own code answers to such a body.
_BODY = {"BAD_REQUEST_BODY": (422, "invalid", "The request's body must be an object with a list of `files`.")}
_NEEDS_FILES = ("/uploads", "/uploads/{batch_id}/files")
MOST_FILES = 500


@dataclass(frozen=True)
class UploadsApiProps:
    """`rate`: requests a second, all people together."""

    pool: cognito.UserPool
    functions: Mapping[str, lambda_.Function]
    rate: int
    log_days: int


class UploadsApi(Construct):
    """Offers `url` (without `/uploads`) and `api`."""

    def __init__(self, scope: Construct, name: str, props: UploadsApiProps) -> None:
        super().__init__(scope, name)
        log = log_group(self, "Calls", props.log_days)
        self.api = gateway.RestApi(
            self, "Api",
            rest_api_name="pixplore-uploads", endpoint_types=[gateway.EndpointType.REGIONAL], cloud_watch_role=True,
            deploy_options=gateway.StageOptions(
                stage_name=STAGE, throttling_rate_limit=props.rate, throttling_burst_limit=2 * props.rate,
                access_log_destination=gateway.LogGroupLogDestination(log),
                access_log_format=gateway.AccessLogFormat.json_with_standard_fields(
                    caller=False, http_method=True, ip=True, protocol=True, request_time=True, resource_path=True,
                    response_length=True, status=True, user=True,
                ),
                logging_level=gateway.MethodLoggingLevel.ERROR, data_trace_enabled=False, metrics_enabled=True,
                tracing_enabled=True,
            ),
        )  # fmt: skip
        # What goes wrong inside is logged by the stage under a name of the gateway's own.
        inner = log_group(self, "Errors", props.log_days, f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{STAGE}")
        self.api.deployment_stage.node.add_dependency(inner)
        authoriser = gateway.CognitoUserPoolsAuthorizer(self, "People", cognito_user_pools=[props.pool])
        self._validator = gateway.RequestValidator(self, "Validator", rest_api=self.api, validate_request_body=True,
                                                   validate_request_parameters=True)  # fmt: skip
        self._files = gateway.Model(self, "Files", rest_api=self.api, content_type="application/json", schema=_SCHEMA)
        for method, path, function in ROUTES:
            self._route(method, path, props.functions[function], authoriser)
        for kind, (status, code, sentence) in (REFUSALS | _BODY).items():
            self._refuse(kind, status, code, sentence)
        self.url = f"https://{self.api.rest_api_id}.execute-api.{self.api.stack.region}.amazonaws.com/{STAGE}"
        acknowledge(self, "uploads api")

    def _route(
        self, method: str, path: str, function: lambda_.Function, authoriser: gateway.CognitoUserPoolsAuthorizer
    ) -> None:
        takes_files = method == "POST" and path in _NEEDS_FILES
        self.api.root.resource_for_path(path).add_method(
            method,
            gateway.LambdaIntegration(function, allow_test_invoke=False),
            authorizer=authoriser, authorization_type=gateway.AuthorizationType.COGNITO, authorization_scopes=SCOPES,
            request_validator=self._validator if takes_files else None,
            request_models={"application/json": self._files} if takes_files else None,
        )  # fmt: skip

    def _refuse(self, kind: str, status: int, code: str, sentence: str) -> None:
        body = {
            "type": f"urn:pixplore:{code}", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence,
            "instance": "urn:uuid:$context.requestId",
        }  # fmt: skip
        said = REFUSAL_HEADERS | (CHALLENGE if status == 401 else {})
        headers = {name: f"'{value}'" for name, value in said.items()}
        self.api.add_gateway_response(
            kind.title().replace("_", ""),
            type=gateway.ResponseType.of(kind), status_code=str(status), response_headers=headers,
            templates={"application/json": json.dumps(body)},
        )  # fmt: skip


_SCHEMA = gateway.JsonSchema(
    schema=gateway.JsonSchemaVersion.DRAFT4, title="Files", type=gateway.JsonSchemaType.OBJECT, required=["files"],
    properties={
        "files": gateway.JsonSchema(type=gateway.JsonSchemaType.ARRAY, min_items=1, max_items=MOST_FILES,
                                    items=gateway.JsonSchema(type=gateway.JsonSchemaType.OBJECT)),
    },
)  # fmt: skip
