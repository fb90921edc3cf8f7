"""AWS list prices in US dollars: the first volume tier of US East.

Other regions and a company's own contract differ; free tiers and discounts for volume are left out.
"""

REKOGNITION_PER_IMAGE = {
    "labels": ("DetectLabels", 0.001),
    "properties": ("Image properties", 0.00075),
    "text": ("DetectText", 0.001),
    "moderation": ("DetectModerationLabels", 0.001),
}
S3_PER_GB_MONTH = 0.023
