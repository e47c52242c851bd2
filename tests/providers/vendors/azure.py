"""Azure OpenAI: deployments in the path, and errors of several layers."""

from dataclasses import replace

from asynceval.domain.failure import Cause
from tests.providers.dialect import HALT, MODEL, NEVER, SLOW, Refusal
from tests.providers.vendors.openai import OPENAI, REFUSALS, error

SAME = ("parameter", "temperature", "effort", "context length")

AZURE = replace(
    OPENAI,
    kind="azure",
    base="",
    path="/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21",
    headers={"api-key": "KEY"},
    model="my deployment",
    api_version="2024-10-21",
    listing=None,
    refusals=(
        *(refusal for refusal in REFUSALS if refusal.name in SAME),
        Refusal(
            "auth",
            401,
            error(
                "Access denied due to invalid subscription key or wrong API endpoint.", code="401"
            ),
            Cause.AUTH,
            HALT,
            "invalid subscription key",
        ),
        Refusal(
            "auth, from the gateway",
            401,
            {"statusCode": 401, "message": "Unauthorized. Access token is missing or expired."},
            Cause.AUTH,
            HALT,
            "Access token is missing",
        ),
        Refusal(
            "model",
            404,
            error(
                "The API deployment for this resource does not exist. If you created the "
                "deployment within the last 5 minutes, please wait a moment and try again.",
                code="DeploymentNotFound",
            ),
            Cause.CONFIG,
            MODEL,
            "deployment for this resource does not exist",
        ),
        Refusal(
            "path",
            404,
            error("Resource not found", code="404"),
            Cause.CONFIG,
            HALT,
            "Resource not found",
        ),
        Refusal(
            "policy",
            400,
            {
                "error": {
                    "message": "The response was filtered due to the prompt triggering Azure "
                    "OpenAI's content management policy.",
                    "param": "prompt",
                    "code": "content_filter",
                    "status": 400,
                    "innererror": {"code": "ResponsibleAIPolicyViolation"},
                }
            },
            Cause.FILTERED,
            NEVER,
            "content management policy",
        ),
        Refusal(
            "rate",
            429,
            error(
                "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
                "2024-10-21 have exceeded call rate limit of your current pricing tier. "
                "Please retry after 20 seconds.",
                code="429",
            ),
            Cause.RATE,
            SLOW,
            "call rate limit",
            wait=20.0,
        ),
    ),
)
NEWEST = replace(
    AZURE, path="/openai/v1/chat/completions", api_version=None, base="/openai/v1/", refusals=()
)
