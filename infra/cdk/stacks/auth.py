"""Who may sign in: the user pool, its three groups, and the dashboard's client, which has no secret."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import Deployment

ROLES = ("admin", "analyst", "viewer")
INVITATION = (
    "You are invited to Pixplore, the catalogue of your company's pictures. Sign in at {address} as {username} with "
    "this first password: {####} It holds for 7 days, and you choose your own at the first sign-in."
)


@dataclass(frozen=True)
class AuthProps:
    deployment: Deployment


class AuthStack(Stack):
    """Offers `pool`, `client` and `settings` (what programs are told of them)."""

    def __init__(self, scope: Construct, name: str, props: AuthProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        domain = props.deployment.domain
        site = f"https://{domain}" if domain else "the address that you were told"
        protected = props.deployment.profile.threat_protection
        self.pool = cognito.UserPool(
            self, "People",
            sign_in_aliases=cognito.SignInAliases(email=True), sign_in_case_sensitive=False, self_sign_up_enabled=True,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=8, require_uppercase=True, require_digits=True, require_lowercase=False,
                require_symbols=False, temp_password_validity=Duration.days(7),
            ),
            mfa=cognito.Mfa.OPTIONAL, mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            user_verification=cognito.UserVerificationConfig(
                email_subject="Your Pixplore code", email_style=cognito.VerificationEmailStyle.CODE,
                email_body="Your code for Pixplore is {####}. If you did not ask for it, do nothing.",
            ),
            user_invitation=cognito.UserInvitationConfig(
                email_subject="You are invited to Pixplore", email_body=INVITATION.replace("{address}", site),
            ),
            feature_plan=cognito.FeaturePlan.PLUS if protected else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=(
                cognito.StandardThreatProtectionMode.FULL_FUNCTION if protected else None
            ),
            deletion_protection=True, removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip
        for number, role in enumerate(ROLES):
            cognito.UserPoolGroup(self, role.title(), user_pool=self.pool, group_name=role, precedence=number)
        self.client = self.pool.add_client(
            "Dashboard",
            generate_secret=False, prevent_user_existence_errors=True, enable_token_revocation=True,
            disable_o_auth=True, auth_flows=cognito.AuthFlow(user_srp=True, user_password=True),
            access_token_validity=Duration.hours(1), id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
        )  # fmt: skip
        acknowledge(self.pool, "user pool" if protected else "user pool without threat protection")
        issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{self.pool.user_pool_id}"
        self.settings = {
            "PIXPLORE_USER_POOL_ID": self.pool.user_pool_id,
            "PIXPLORE_CLIENT_ID": self.client.user_pool_client_id,
            "PIXPLORE_TOKEN_ISSUER": issuer,
            "PIXPLORE_JWKS_URL": f"{issuer}/.well-known/jwks.json",
        }
