"""Every kind of pixels -> 8-bit sRGB as people see it: CMYK, 16 bit, grey, palettes, transparency, wide gamuts."""

import io

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")


def to_rgb(image: Image.Image, profile: bytes | None = None) -> Image.Image:
    """RGB; transparent parts on white. `profile` is the ICC profile of the file, if it has one."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        image = _eight_bits(image)
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _by_profile(image, profile)
    return on_white(image)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits: the top 8 of 16 bits; where numbers go beyond, from least to most."""
    import numpy as np  # hardly any picture needs it, and it takes a tenth of a second

    values = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode != "F" and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8), "L")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Wide-gamut and CMYK colours as sRGB; a profile that cannot be read or says sRGB changes nothing."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def on_white(image: Image.Image) -> Image.Image:
    """As RGB, transparent parts shown on white."""
    if image.mode == "RGB":
        return image
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        ground = Image.new("RGBA", rgba.size, "white")
        ground.alpha_composite(rgba)
        return ground.convert("RGB")
    return image.convert("RGB")
