"""`python -m benchmarks.endurance.ticket EMAIL PASSWORD`, with the dashboard's own environment: signs in as its form
does, and prints the ticket that a browser changes for its cookie."""

import subprocess
import sys

import httpx

from tests.stack import ROOT, Stack


def cookie(stack: Stack, role: str) -> str:
    """The cookie of a new session of a demo user."""
    (dashboard,) = [one for one in stack.parts("dashboard/app.py") if "embedded.leash" not in one.cmdline()]
    user = stack.ends["demo_users"][role]
    command = [sys.executable, "-m", "benchmarks.endurance.ticket", user["email"], user["password"]]
    told = subprocess.run(command, cwd=ROOT, env=dashboard.environ(), stdout=subprocess.PIPE, text=True, check=True)
    base = stack.ends["dashboard"]
    answer = httpx.post(f"{base}/auth/session", json={"ticket": told.stdout.split()[-1]}, headers={"Origin": base})
    answer.raise_for_status()
    return answer.cookies["px"]


def main(email: str, password: str) -> None:
    from dashboard import session
    from pixplore.aws import cognito

    tokens = cognito.sign_in(session.client_id(), email, password)
    assert isinstance(tokens, cognito.Tokens)
    print(session.open_ticket(tokens))


if __name__ == "__main__":
    main(*sys.argv[1:])
