"""Settings, read once at each entry point from the environment, typed, refusing nonsense with a sentence.

boto3 reads AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_REKOGNITION and the credentials by itself: nothing
here asks whether the program runs on AWS or on one machine.
"""

import os
import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, PostgresDsn, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


class DatabaseSettings(BaseSettings):
    """Where the catalogue lives: DATABASE_URL, a postgresql:// address.

    With postgresql+iam:// there is no password in it: the program's AWS role signs in (RDS's IAM authentication).
    """

    model_config = SettingsConfigDict(extra="ignore")
    database_url: str

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: str) -> str:
        plain = url.replace("postgresql+iam://", "postgresql://", 1)
        dsn = TypeAdapter(PostgresDsn).validate_python(plain)
        if plain != url and (dsn.hosts()[0]["password"] or not dsn.hosts()[0]["username"]):
            raise ValueError("postgresql+iam:// takes a user and no password")
        return url


class OwnerSettings(BaseSettings):
    """For migrations where RDS keeps the owner's password: the secret's ARN, else empty."""

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    database_owner_secret: str = ""


class StorageSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    originals_bucket: str
    renditions_bucket: str


class TrashSettings(BaseSettings):
    """After how many days in the trash a picture is deleted for good; 0: never."""

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    trash_days: int = Field(default=30, ge=0, le=3650)


class DeliverySettings(BaseSettings):
    """A CDN in front of the renditions (https://name) and the key that signs its addresses; without it, S3's own."""

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    renditions_url: str = Field(default="", pattern=r"^(https://[^/\s]+)?$")
    renditions_key_id: str = ""
    renditions_key: str = ""


class QueueSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    queue_url: str
    dlq_url: str


class PoolSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    user_pool_id: str
    client_id: str


class IdentitySettings(PoolSettings):
    """Issuer and key-set address are separate: an emulator serves the keys elsewhere than the issuer says."""

    token_issuer: str
    jwks_url: str


class AddressSettings(BaseSettings):
    """Where the programs that people and browsers speak to answer; "" for one that is not to be asked."""

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    search_api: str = ""
    uploads_api: str = ""
    dashboard: str = ""


class VisionSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore", protected_namespaces=())
    model_dir: Path
    faces: bool = False


class IndexSettings(BaseSettings):
    """`index`: whether the search index answers (else SQL does). `index_dir`: where it keeps its snapshot, which can
    be thrown away at any time.
    """

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore", validate_default=True)
    index: bool = True
    index_dir: Path = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "pixplore" / "index"

    @field_validator("index_dir")
    @classmethod
    def _is_whole(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()


class TellingSettings(BaseSettings):
    """`metrics_in_log`: the log goes to CloudWatch, which reads numbers from it. `log`: who reads the rest of it."""

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    metrics_in_log: bool = False
    log: Literal["plain", "json"] = "plain"


class DashboardSettings(BaseSettings):
    """`session_key` is a Fernet key, whose last sign (always `=`) may be missing; `cookie_secure` is 0 only where there
    is no TLS (one machine). `proxies` of ours stand before the dashboard, each of which writes who asked it behind
    X-Forwarded-For; what a browser writes there itself stands before that, and counts for nothing.
    `security_contact`, a mailto: or https: address, is whom to tell of a weakness.
    """

    model_config = SettingsConfigDict(env_prefix="PIXPLORE_", extra="ignore")
    uploads_api: str
    search_api: str
    session_key: str = Field(min_length=43, max_length=44)
    cookie_secure: bool = True
    proxies: int = Field(0, ge=0, le=5)
    mail_hint: str = ""
    security_contact: str = Field("", pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)?$")

    @field_validator("session_key")
    @classmethod
    def _is_padded(cls, key: str) -> str:
        return key.ljust(44, "=")


def load(kind: type[S]) -> S:
    """Read settings of one kind, or end the program with a sentence that names each variable to set."""
    try:
        return kind()
    except ValidationError as error:
        sys.exit(_told(kind, error))


def trouble(kind: type[BaseSettings]) -> str | None:
    """The sentence with which `load` would end the program; None where all is set rightly."""
    try:
        kind()
    except ValidationError as error:
        return _told(kind, error)
    return None


def _told(kind: type[BaseSettings], error: ValidationError) -> str:
    prefix = str(kind.model_config.get("env_prefix", ""))
    faults = ", ".join(
        f"{(prefix + '_'.join(map(str, e['loc']))).upper()} ({e['msg'].lower()})" for e in error.errors()
    )
    return f"{kind.__name__}: set these environment variables rightly: {faults}"
