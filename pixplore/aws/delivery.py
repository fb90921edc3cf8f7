"""A CDN's signed addresses of renditions: CloudFront checks who made them, and until when they hold."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pixplore.settings import DeliverySettings


@dataclass(frozen=True)
class Front:
    """What stands before a bucket: its origin, and the signer whose public half CloudFront knows."""

    origin: str
    signer: CloudFrontSigner

    def address(self, key: str, until: int) -> str:
        """Of an object, good until a moment in seconds since 1970. Signing takes half a millisecond, once."""
        return _signed(self, f"{self.origin}/{quote(key)}", until)


def front(settings: DeliverySettings) -> Front | None:
    """None where no CDN is set. Raises ValueError for a key that is none."""
    if not settings.renditions_url:
        return None
    key = load_pem_private_key(settings.renditions_key.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("PIXPLORE_RENDITIONS_KEY is not an RSA key, which CloudFront wants.")
    signer = CloudFrontSigner(
        settings.renditions_key_id,
        lambda text: key.sign(text, PKCS1v15(), SHA1()),  # noqa: S303 - the only digest CloudFront takes
    )
    return Front(settings.renditions_url, signer)


@lru_cache(maxsize=20_000)
def _signed(front: Front, address: str, until: int) -> str:
    ends = datetime.fromtimestamp(until, UTC).replace(tzinfo=None)
    return str(front.signer.generate_presigned_url(address, date_less_than=ends))
