"""The page docs/kpis.md: every shipped KPI with its texts and its formula in words.

Written from the definitions by ``python -m leitstern.kpis.pages > docs/kpis.md``; a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from leitstern.kpis.definition import Definition
from leitstern.kpis.load import Catalogue
from leitstern.kpis.words import in_words

OWNERS = {
    "management": "Management · Leitung",
    "marketing": "Marketing",
    "sales": "Sales · Vertrieb",
    "service": "Service",
}

INTRO = """\
# The shipped KPIs

<!-- Written by `python -m leitstern.kpis.pages` from src/leitstern/kpis/standard. Edit there. -->

{count} KPIs come with Leitstern. Each is a file in `src/leitstern/kpis/standard`; a KPI of the same name and
version in a workspace's `kpis` folder replaces it. How such a file is written:
[the definition language](definition-language.md). Percent is a share of 1, shown times 100. A KPI that shows
reach says so: being seen is not being bought from."""


def catalogue_page(catalogue: Catalogue) -> str:
    """The whole page as Markdown."""
    parts = [INTRO.format(count=len(catalogue))]
    for owner, title in OWNERS.items():
        kpis = [kpi for kpi in catalogue if kpi.owner == owner]
        parts.append(f"## {title}")
        rows = [f"| {_link(kpi.kpi)} | {kpi.name.de} | {kpi.name.en} | {kpi.unit} |" for kpi in kpis]
        parts.append("\n".join(["| KPI | Deutsch | English | unit |", "| --- | --- | --- | --- |", *rows]))
        parts += ["\n".join(_sheet(kpi, catalogue)) for kpi in kpis]
    return "\n\n".join(parts) + "\n"


def _sheet(kpi: Definition, catalogue: Catalogue) -> Iterator[str]:
    yield f"### {kpi.kpi}\n"
    for language in ("de", "en"):
        also = ", ".join(getattr(kpi.also_called, language))
        yield f"**{getattr(kpi.name, language)}**" + (f" ({also})" if also else "") + "  "
        yield f"{getattr(kpi.means, language)}  "
        yield f"*{in_words(kpi, catalogue, language)}.*\n"
    facts = [kpi.unit, f"good: {kpi.good}", kpi.level, kpi.timing, f"about {kpi.about}"]
    for label, names in (("drives", kpi.drives), ("paired with", kpi.paired_with)):
        if names:
            facts.append(f"{label} " + ", ".join(map(_link, names)))
    yield " · ".join(facts)


def _link(name: str) -> str:
    return f"[`{name}`](#{name})"


if __name__ == "__main__":
    sys.stdout.write(catalogue_page(Catalogue.load()))
