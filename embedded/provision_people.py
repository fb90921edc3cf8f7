"""The user pool, its client and groups, and one demo user a role."""

import json
from typing import Any

from embedded.home import Home, password

POOL, CLIENT = "pixplore", "pixplore-dashboard"
ROLES = ("admin", "analyst", "viewer")
POOL_SETTINGS: dict[str, Any] = {
    "Policies": {"PasswordPolicy": {
        "MinimumLength": 8, "RequireUppercase": True, "RequireNumbers": True, "RequireLowercase": False,
        "RequireSymbols": False, "TemporaryPasswordValidityDays": 7,
    }},
    "AutoVerifiedAttributes": ["email"],
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
    "VerificationMessageTemplate": {
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
        "EmailSubject": "Your Pixplore code",
        "EmailMessage": "Your code for Pixplore is {####}. If you did not ask for it, do nothing.",
    },
    "MfaConfiguration": "OFF",
}  # fmt: skip
INVITATION = (
    "You are invited to Pixplore, the catalogue of your company's pictures. Sign in at {address} as {username} with "
    "this first password: {####} It holds for 7 days, and you choose your own at the first sign-in."
)
CLIENT_SETTINGS: dict[str, Any] = {
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "AccessTokenValidity": 60, "IdTokenValidity": 60, "RefreshTokenValidity": 30,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
}  # fmt: skip


def people(client: Any, home: Home, dashboard: str) -> tuple[str, str, dict[str, dict[str, str]]]:
    """Returns the pool's id, the client's id, and the demo users: role -> email, password. Who is invited is led to
    the address `dashboard`."""
    cognito = client("cognito-idp")
    pool_id = _pool(cognito, dashboard)
    client_id = _client(cognito, pool_id)
    there = {group["GroupName"] for group in cognito.list_groups(UserPoolId=pool_id)["Groups"]}
    for number, role in enumerate(ROLES):
        if role not in there:
            cognito.create_group(UserPoolId=pool_id, GroupName=role, Precedence=number)
    users = json.loads(home.secret("demo-users", _demo_users))
    for role, user in users.items():
        _user(cognito, pool_id, role, user)
    return pool_id, client_id, users


def _demo_users() -> str:
    return json.dumps({role: {"email": f"{role}@pixplore.example", "password": password()} for role in ROLES})


def _pool(cognito: Any, dashboard: str) -> str:
    letter = {"EmailSubject": "You are invited to Pixplore", "EmailMessage": INVITATION.replace("{address}", dashboard)}
    inviting = {"AllowAdminCreateUserOnly": False, "InviteMessageTemplate": letter}
    settings = POOL_SETTINGS | {"AdminCreateUserConfig": inviting}
    pools = cognito.list_user_pools(MaxResults=60)["UserPools"]
    pool_id = next((str(pool["Id"]) for pool in pools if pool["Name"] == POOL), None)
    if pool_id is None:
        made = cognito.create_user_pool(
            PoolName=POOL, UsernameAttributes=["email"], UsernameConfiguration={"CaseSensitive": False}, **settings
        )
        pool_id = str(made["UserPool"]["Id"])
    else:
        cognito.update_user_pool(UserPoolId=pool_id, **settings)
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool_id, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    return pool_id


def _client(cognito: Any, pool_id: str) -> str:
    there = cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)["UserPoolClients"]
    for client in there:
        if client["ClientName"] == CLIENT:
            cognito.update_user_pool_client(UserPoolId=pool_id, ClientId=client["ClientId"], **CLIENT_SETTINGS)
            return str(client["ClientId"])
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName=CLIENT, GenerateSecret=False, **CLIENT_SETTINGS
    )
    return str(made["UserPoolClient"]["ClientId"])


def _user(cognito: Any, pool_id: str, role: str, user: dict[str, str]) -> None:
    """Created once; what its owner changed later (another password, say) stays."""
    try:
        cognito.admin_get_user(UserPoolId=pool_id, Username=user["email"])
        return
    except cognito.exceptions.UserNotFoundException:
        pass
    cognito.admin_create_user(
        UserPoolId=pool_id, Username=user["email"], MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": user["email"]}, {"Name": "email_verified", "Value": "true"}],
    )  # fmt: skip
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=user["email"], GroupName=role)
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=user["email"], Password=user["password"], Permanent=True
    )
