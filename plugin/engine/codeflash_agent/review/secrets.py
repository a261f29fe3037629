"""Secrets in what would be sent to a reviewer: the formats of well-known tokens, found by detect-secrets and a few of our own."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# Only detectors of a format: those that go by entropy or by a variable's name take test data for secrets.
DETECTORS = (
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("basic_auth", "BasicAuthDetector"),
    ("discord", "DiscordBotTokenDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("jwt", "JwtTokenDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
    ("openai", "OpenAIDetector"),
    ("private_key", "PrivateKeyDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("stripe", "StripeDetector"),
    ("telegram_token", "TelegramBotTokenDetector"),
    ("twilio", "TwilioKeyDetector"),
)
OURS = (
    ("Anthropic key", re.compile(r"\bsk-ant-[A-Za-z0-9_-]{20,}")),
    ("Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}\b")),
    ("GitHub fine-grained token", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{22,}\b")),
)
LINE_LIMIT = 20_000  # characters of a line that are looked at; longer ones are data


@dataclass(frozen=True)
class Sighting:
    """Something that looks like a secret; the secret itself is never kept."""

    place: str  # file:line
    kind: str


def find(lines: Iterable[tuple[str, str]]) -> list[Sighting]:
    """Look through pairs of a place and its text."""
    detectors = _detectors()
    found = []
    for place, text in lines:
        cut = text[:LINE_LIMIT]
        kinds = [kind for kind, pattern in OURS if pattern.search(cut)]
        kinds += [detector.secret_type for detector in detectors if any(True for _ in detector.analyze_string(cut))]
        found += [Sighting(place, kind) for kind in dict.fromkeys(kinds)]
    return found


def _detectors() -> list[Any]:
    # Imported here: it takes a tenth of a second, which no other verb should wait for.
    return [getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in DETECTORS]
