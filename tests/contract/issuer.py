"""An issuer of tokens for tests: RSA keys of its own, its key set and what Cognito says of a token over real HTTP."""

import base64
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_test"
CLIENT = "client-of-the-tests"


class Issuer:
    """`fetches` counts how often the key set was asked for; `signed_out` are tokens that GetUser refuses, `moved` the
    groups that somebody is in now, by user name, whatever their token says; `asked` counts GetUser by token. While it
    is `mute`, Cognito says nothing.
    """

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.fetches = 0
        self.broken = False
        self.mute = False
        self.signed_out: set[str] = set()
        self.moved: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()
        self._groups: dict[str, list[str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def jwks_url(self) -> str:
        return f"{self.address}/.well-known/jwks.json"

    def environment(self, database_url: str) -> dict[str, str]:
        """What the search API reads when it starts."""
        return {
            "DATABASE_URL": database_url,
            "PIXPLORE_USER_POOL_ID": "eu-central-1_test",
            "PIXPLORE_CLIENT_ID": CLIENT,
            "PIXPLORE_TOKEN_ISSUER": ISSUER,
            "PIXPLORE_JWKS_URL": self.jwks_url,
            "PIXPLORE_ORIGINALS_BUCKET": "originals",
            "PIXPLORE_RENDITIONS_BUCKET": "renditions",
            "PIXPLORE_INDEX": "0",  # tests of the index turn it on
            "PIXPLORE_QUEUE_URL": f"{self.address}/queue",
            "PIXPLORE_DLQ_URL": f"{self.address}/dlq",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": self.address,
        }

    def claims(self, role: str = "viewer", **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        groups = {} if role == "none" else {"cognito:groups": [role]}
        return {"sub": f"sub-{role}", "iss": ISSUER, "client_id": CLIENT, "token_use": "access", "exp": now + 3600,
                "iat": now, "username": f"{role}@example.com", "scope": "aws.cognito.signin.user.admin",
                **groups, **changed}  # fmt: skip

    def token(self, role: str = "viewer", headers: dict[str, Any] | None = None, **changed: Any) -> str:
        claims = {k: v for k, v in self.claims(role, **changed).items() if v is not None}
        return jwt.encode(claims, self.key, "RS256", headers={"kid": "key-1", **(headers or {})})

    def bearer(self, role: str = "viewer", **changed: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(role, **changed)}"}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(issuer) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.fetches += 1
                key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(issuer.key.public_key()))
                self._answer(
                    500 if issuer.broken else 200, {"keys": [{**key, "kid": "key-1", "use": "sig", "alg": "RS256"}]}
                )

            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
                target = self.headers.get("X-Amz-Target", "")
                token = said.get("AccessToken", "")
                if issuer.mute:
                    self._answer(503, {"__type": "ServiceUnavailable", "message": "away"})
                elif target.endswith(".AdminListGroupsForUser"):
                    name = said["Username"]
                    groups = issuer.moved.get(name, issuer._groups[name])
                    self._answer(200, {"Groups": [{"GroupName": group} for group in groups]})
                elif target.endswith(".GetUser") and token not in issuer.signed_out:
                    issuer.asked[token] += 1
                    part = token.split(".")[1]
                    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
                    name = claims["username"]
                    issuer._groups[name] = claims.get("cognito:groups", [])
                    known = {"sub": claims["sub"], "email": name, "email_verified": "true"}
                    attributes = [{"Name": key, "Value": value} for key, value in known.items()]
                    self._answer(200, {"Username": name, "UserAttributes": attributes})
                else:
                    self._answer(400, {"__type": "NotAuthorizedException", "message": "Access Token has been revoked"})

            def _answer(self, status: int, body: object) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
