"""`python -m embedded.invoke FUNCTION`: call a function as its schedule would, without waiting for it."""

import sys
from typing import Any

import botocore.session


def main(function: str) -> None:
    client: Any = botocore.session.Session().create_client("lambda")
    client.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main(sys.argv[1])
