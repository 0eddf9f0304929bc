"""From values to a page: the templates, and how they are filled in safely."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tracker
from tracker.core.dates import day, iso
from tracker.faces import rows
from tracker.faces.report.words import safe
from tracker.faces.spans import duration


def render(template: str, values: Mapping[str, Any], now: int) -> str:
    """One page. Every text of *values* is escaped, and made safe as `safe` does, where a template prints it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def printed(value: Any) -> Any:
        return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=printed, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(
        duration=duration, glyph=rows.glyph, status=rows.status_words, day=day, drawn=Markup, count=lambda one: f"{one:,}"
    )
    return environment.get_template(template).render(**values, now=iso(now), version=tracker.__version__)
