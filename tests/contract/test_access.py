"""Who may do what: every operation of the OpenAPI document against every kind of caller.

An operation that has no line here fails, so that a new one is thought about. What a caller may not do is 401 (nobody
we know) or 403 (the role is too low), also for ids that are not there; what they may do is neither.
"""

import re
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from search_api.app import make
from tests.contract.conftest import Api
from tests.contract.issuer import Issuer
from tests.contract.test_tokens import ATTACKS

ROLES = ("nobody", "viewer", "analyst", "admin")
LEAST = {
    "nobody": """
        GET /healthz
        GET /readyz
        GET /metrics
    """,
    "viewer": """
        GET /v1/images
        GET /v1/images/{image_id}
        GET /v1/images/{image_id}/original
        GET /v1/images/{image_id}/similar
        POST /v1/images/similar
        GET /v1/near-duplicates
        GET /v1/facets/{name}
        GET /v1/insights/labels
        GET /v1/insights/confidence
        GET /v1/insights/trend
        GET /v1/insights/cooccurrence
        GET /v1/insights/mismatch
        GET /v1/insights/coverage
        GET /v1/insights/colours
        GET /v1/insights/health
        GET /v1/insights/cost
        GET /v1/insights/compare
        GET /v1/collections
        POST /v1/collections
        GET /v1/collections/{collection_id}
        PATCH /v1/collections/{collection_id}
        DELETE /v1/collections/{collection_id}
        GET /v1/collections/{collection_id}/images
        POST /v1/collections/{collection_id}/images
        DELETE /v1/collections/{collection_id}/images/{image_id}
        PUT /v1/collections/{collection_id}/order
        GET /v1/saved-searches
        POST /v1/saved-searches
        GET /v1/saved-searches/{search_id}
        PATCH /v1/saved-searches/{search_id}
        DELETE /v1/saved-searches/{search_id}
        GET /v1/products
        GET /v1/products/summary
        GET /v1/products/reconciliation
        GET /v1/products/coverage
        GET /v1/export
        POST /v1/export
        GET /v1/export/originals
        POST /v1/export/originals
        POST /v1/bulk
        GET /v1/jobs
        GET /v1/jobs/{job_id}
        GET /v1/jobs/{job_id}/failures
        GET /v1/jobs/{job_id}/failures.csv
        POST /v1/jobs/{job_id}/undo
        POST /v1/jobs/{job_id}/cancel
        GET /v1/taught-labels
        GET /v1/taught-labels/{taught_id}
        GET /v1/taught-labels/{taught_id}/suggestions
        GET /v1/taught-labels/{taught_id}/report
        GET /v1/taxonomy
        GET /v1/taxonomy/versions
        GET /v1/me/data
    """,  # `POST /v1/bulk` asks for the role of each action; boards, searches and jobs are their makers' to change
    "analyst": """
        PATCH /v1/images/{image_id}
        GET /v1/review
        GET /v1/review/decisions
        POST /v1/review/decisions
        POST /v1/review/decisions/batch
        POST /v1/review/decisions/undo
        POST /v1/review/skips
        DELETE /v1/review/skips
        POST /v1/review/skips/undo
        GET /v1/review/thresholds
        POST /v1/taxonomy/preview
        POST /v1/taught-labels
        PATCH /v1/taught-labels/{taught_id}
        DELETE /v1/taught-labels/{taught_id}
        POST /v1/taught-labels/{taught_id}/activate
        POST /v1/taught-labels/{taught_id}/deactivate
        POST /v1/taught-labels/{taught_id}/judgements
        GET /v1/shares
        POST /v1/shares
        GET /v1/shares/{share_id}
        PATCH /v1/shares/{share_id}
        DELETE /v1/shares/{share_id}
    """,
    "admin": """
        DELETE /v1/images/{image_id}
        POST /v1/images/{image_id}/restore
        POST /v1/products/import
        GET /v1/operations
        GET /v1/operations/ended
        GET /v1/operations/dead-letters
        POST /v1/operations/redrive
        POST /v1/operations/retry-failed
        GET /v1/operations/budget
        PUT /v1/operations/budget
        POST /v1/operations/account-changes
        GET /v1/audit
        PUT /v1/taxonomy
        POST /v1/taxonomy/rollback
    """,
    "visitor": """
        GET /v1/shared
        GET /v1/shared/images
        GET /v1/shared/images/{image_id}
        GET /v1/shared/images/{image_id}/original
    """,  # a share's token opens these, and no account's does
}
OPERATIONS = [(line.strip(), least) for least, lines in LEAST.items() for line in lines.strip().splitlines()]
CALLERS: dict[str, Callable[[Issuer], str]] = {
    **{role: lambda issuer, role=role: issuer.token(role) for role in ROLES[1:]},  # type: ignore[misc]
    "moved out of every group": lambda issuer: issuer.token("none"),
    **ATTACKS,
}


def test_every_operation_is_thought_about() -> None:
    document = make().openapi()["paths"]
    there = {f"{method.upper()} {path}" for path, methods in document.items() for method in methods}
    assert {operation for operation, _ in OPERATIONS} == there
    assert len(OPERATIONS) == len(there)


@pytest.mark.parametrize(("operation", "least"), OPERATIONS, ids=lambda part: part.replace(" ", "_"))
def test_who_may(api: Api, operation: str, least: str) -> None:
    method, path = operation.split()
    address = api.address + re.sub(r"\{[^}]*\}", str(UUID(int=7)), path.replace("{name}", "label"))

    def ask(token: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return api.client.request(method, address, headers=headers, follow_redirects=False)

    answers = {"nobody": ask(None)} | {name: ask(make(api.issuer)) for name, make in CALLERS.items()}
    for name, answer in answers.items():
        role = {"moved out of every group": "viewer"}.get(name, name if name in ROLES else "nobody")
        if least == "visitor" or (role == "nobody" != least):
            assert answer.status_code == 401, (name, answer.text)
        elif ROLES.index(role) < ROLES.index(least):
            assert answer.status_code == 403, (name, answer.text)
        else:
            assert answer.status_code not in (401, 403), (name, answer.text)
        if answer.status_code in (401, 403):
            assert answer.headers["content-type"] == "application/problem+json"
