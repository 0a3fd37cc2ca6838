"""Who may have documents read by which engine."""

from documents.choices import OcrEngine
from documents.pipeline.engines import aws, textract
from organizations.actions import credits
from organizations.models import User

NOT_CONFIGURED = "Amazon Textract is not configured on this server. Use tess4."
NEEDS_PLAN = "Amazon Textract needs a professional plan of your active organization. Use tess4."
NEEDS_CREDITS = "Amazon Textract costs one credit a page, and your active organization has none left. Use tess4."
OTHER_LANGUAGE = f"Amazon Textract reads only documents in {', '.join(textract.LANGUAGES)}. Use tess4."


def refusal(engine: str, *, user: User, language: str) -> str:
    """Why the person may not have a document in the language read by the engine; empty where they may."""
    if engine != OcrEngine.TEXTRACT:
        return ""
    if not aws.is_configured():
        return NOT_CONFIGURED
    organization = user.organization
    if organization is None or organization.plan is None or organization.plan.feature_level < 1:
        return NEEDS_PLAN
    if language not in textract.LANGUAGES:
        return OTHER_LANGUAGE
    purse = credits.balance(organization)
    return "" if purse.monthly + purse.purchased else NEEDS_CREDITS
