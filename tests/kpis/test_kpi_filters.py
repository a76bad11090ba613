"""Filters: what is accepted comes out as written, with checked columns; the rest is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import exp

from leitstern.errors import Problem
from leitstern.facts.model import FACTS
from leitstern.kpis.expressions import parse_filter
from leitstern.kpis.filters import field_of

ACCEPTED = [
    ("deal", "status = 'won'", "\"status\" = 'won'"),
    ("deal", "status <> 'lost'", "\"status\" <> 'lost'"),
    ("deal", "status != 'lost'", "\"status\" <> 'lost'"),
    ("deal", "'won' = status", "'won' = \"status\""),
    ("deal", "status in ('won', 'lost')", "\"status\" IN ('won', 'lost')"),
    ("deal", "status not in ('won', 'lost')", "NOT \"status\" IN ('won', 'lost')"),
    ("deal", "amount > 1000", '"amount" > 1000'),
    ("deal", "amount >= 1000.5 and cost < amount", '"amount" >= 1000.5 AND "cost" < "amount"'),
    ("deal", "amount between 1 and 2", '"amount" BETWEEN 1 AND 2'),
    ("deal", "amount not between 1 and 2", 'NOT "amount" BETWEEN 1 AND 2'),
    ("deal", "amount - cost > 0.2 * amount", '"amount" - "cost" > 0.2 * "amount"'),
    ("deal", "(amount - cost) * 2 > -amount", '("amount" - "cost") * 2 > -"amount"'),
    ("deal", "probability * 100 >= 50", '"probability" * 100 >= 50'),
    ("deal", "cost is null", '"cost" IS NULL'),
    ("deal", "cost IS NOT NULL", 'NOT "cost" IS NULL'),
    ("deal", "is_first", '"is_first"'),
    ("deal", "not is_first", 'NOT "is_first"'),
    ("deal", "is_first = true", '"is_first" = TRUE'),
    ("deal", "lead.sql_at is not null", 'NOT "lead"."sql_at" IS NULL'),
    ("deal", "campaign.channel = 'email'", '"campaign"."channel" = \'email\''),
    ("deal", "company.segment in ('A')", '"company"."segment" IN (\'A\')'),
    ("deal", "campaign is not null", 'NOT "campaign" IS NULL'),
    ("deal", "source like 'Messe%'", "\"source\" LIKE 'Messe%'"),
    ("deal", "source not like '%x%'", "NOT \"source\" LIKE '%x%'"),
    ("deal", "name = 'it''s'", "\"name\" = 'it''s'"),
    ("deal", "name = 'Größe -- /* ; */ \"x\"'", '"name" = \'Größe -- /* ; */ "x"\''),
    ("deal", "closed_at >= '2026-03-01'", "\"closed_at\" >= '2026-03-01'"),
    (
        "deal",
        "closed_at between '2026-03-01' and '2026-03-31'",
        "\"closed_at\" BETWEEN '2026-03-01' AND '2026-03-31'",
    ),
    ("deal", "closed_at > expected_close_at", '"closed_at" > "expected_close_at"'),
    (
        "deal",
        "status = 'won' or status = 'lost' and is_first",
        '"status" = \'won\' OR "status" = \'lost\' AND "is_first"',
    ),
    ("deal", "not (status = 'won' or is_first)", 'NOT ("status" = \'won\' OR "is_first")'),
    ("company", "employees > 50 and industry <> 'Bau'", '"employees" > 50 AND "industry" <> \'Bau\''),
    ("deal_event", "field = 'stage' and old is null", '"field" = \'stage\' AND "old" IS NULL'),
    ("deal_event", "old = new", '"old" = "new"'),
    ("survey_response", "score <= scale_max - 1", '"score" <= "scale_max" - 1'),
    ("manual_value", "value > -5", '"value" > -5'),
]


@pytest.mark.parametrize(("fact", "text", "sql"), ACCEPTED)
def test_a_filter_comes_out_as_it_was_meant(fact: str, text: str, sql: str) -> None:
    assert parse_filter(text, fact).sql(dialect="duckdb") == sql


def test_every_field_of_the_model_can_be_named() -> None:
    for fact in FACTS.values():
        for field in fact.fields:
            column = parse_filter(f"{field.name} is null", fact.name).this
            assert isinstance(column, exp.Column)
            assert (column.name, column.table) == (field.name, "")
            assert field_of(fact, column) is field
            for behind in FACTS[field.to].fields if field.to else ():
                column = parse_filter(f"{field.name}.{behind.name} is null", fact.name).this
                assert isinstance(column, exp.Column)
                assert (column.name, column.table) == (behind.name, field.name)
                assert field_of(fact, column) is behind


WRONG = [
    ("status = 'wonn'", "kpis.filter_choice", "won"),
    ("status in ('won', 'verloren')", "kpis.filter_choice", "verloren"),
    ("lead.status = 'won'", "kpis.filter_choice", "qualified"),
    ("stage.outcome = 'gewonnen'", "kpis.filter_choice", "open"),
    ("statsu = 'won'", "kpis.filter_field", "status"),
    ("campaign.chanel = 'email'", "kpis.filter_field", "channel"),
    ("kampagne.channel = 'email'", "kpis.filter_ref", "campaign"),
    ("status.name = 'x'", "kpis.filter_ref", "company"),
    ("company.parent.name = 'x'", "kpis.filter_hops", "company.segment"),
    ("amount = 'x'", "kpis.filter_kinds", "money"),
    ("amount > cost * cost", "kpis.filter_kinds", "money"),
    ("amount > probability", "kpis.filter_kinds", "number"),
    ("amount + 1 > 2", "kpis.filter_kinds", "constant"),
    ("amount > closed_at", "kpis.filter_kinds", "time"),
    ("name = 3", "kpis.filter_kinds", "text"),
    ("name + 'x' = 'yx'", "kpis.filter_arithmetic", "name"),
    ("status > 'lost'", "kpis.filter_order", "status"),
    ("name between 'a' and 'b'", "kpis.filter_order", "name"),
    ("closed_at > '01.03.2026'", "kpis.filter_date", "2026-03-01"),
    ("closed_at > '2026-02-30'", "kpis.filter_date", "2026-02-30"),
    ("closed_at > '20260301'", "kpis.filter_date", "20260301"),
    ("closed_at > 2026", "kpis.filter_kinds", "time"),
    ("company = 'K-17'", "kpis.filter_ref_compared", "company.name"),
    ("owner = company.owner", "kpis.filter_ref_compared", "owner"),
    ("is_first = 1", "kpis.filter_kinds", "yesno"),
    ("is_first > false", "kpis.filter_kinds", "yesno"),
    ("amount", "kpis.filter_not_condition", "amount"),
    ("status like 'w%'", "kpis.filter_like", "status"),
    ("name like 'a\\_b'", "kpis.filter_backslash", "_"),
    ("1 = 1", "kpis.filter_kinds", "1"),
    ("'a' = 'a'", "kpis.filter_kinds", "a"),
    ("true", "kpis.filter_refused", "Boolean"),
    ("true = true", "kpis.filter_kinds", "yesno"),
    ("1 in (1, 2)", "kpis.filter_refused", "In"),
    ("amount in (cost)", "kpis.filter_refused", "In"),
    ("amount in ()", "kpis.filter_", ""),
    ("amount is 3", "kpis.filter_refused", "Is"),
    ("is_first is true", "kpis.filter_refused", "Is"),
    ("amount = null", "kpis.filter_refused", "Null"),
    ("", "kpis.expression_empty", ""),
    ("   ", "kpis.expression_empty", ""),
    ("status =", "kpis.filter_unreadable", "status"),
    ("(status = 'won'", "kpis.filter_unreadable", "won"),
    ("status = 'won", "kpis.expression_sign", "'"),
]


@pytest.mark.parametrize(("text", "code", "named"), WRONG)
def test_a_mistake_is_named_with_its_remedy(text: str, code: str, named: str) -> None:
    with pytest.raises(Problem) as found:
        parse_filter(text, "deal")
    assert found.value.code.startswith(code)
    for language in ("de", "en"):
        assert named in found.value.text(language)


def test_an_unknown_fact_is_named_with_the_nearest() -> None:
    with pytest.raises(Problem, match="Did you mean invoice"):
        parse_filter("amount > 1", "invioce")


#: Fragments that end, extend or comment out a condition, and whole attacks. None may come through.
CORPUS = Path(__file__).with_name("attacks.jsonl").read_text(encoding="utf-8").splitlines()
ATTACKS: list[str] = [json.loads(line) for line in CORPUS]


def test_the_corpus_is_large() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 150


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_else_gets_through(text: str) -> None:
    with pytest.raises(Problem) as found:
        parse_filter(text, "deal")
    assert found.value.text("de")
    assert found.value.text("en")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "is_first" + ")" * 500,
        "not " * 300 + "is_first",
        "amount > " + "-" * 300 + "1",
        "amount > " + "- " * 300 + "1",
        "is_first and " * 400 + "is_first",
        "amount > " + "(-" * 100 + "1" + ")" * 100,
        "not (" * 100 + "is_first" + ")" * 100,
        "'" + "x" * 5_000 + "' = name",
    ],
)
def test_deep_and_long_texts_are_refused_before_they_are_parsed(text: str) -> None:
    with pytest.raises(Problem) as found:
        parse_filter(text, "deal")
    assert found.value.code in ("kpis.expression_deep", "kpis.expression_long", "kpis.expression_sign")


def test_a_long_chain_within_the_limit_is_fine() -> None:
    tree = parse_filter(" and ".join(["is_first"] * 150), "deal")
    assert len(list(tree.find_all(exp.Column))) == 150


ALLOWED = (
    exp.And,
    exp.Or,
    exp.Not,
    exp.Paren,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.In,
    exp.Between,
    exp.Is,
    exp.Null,
    exp.Like,
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Neg,
    exp.Add,
    exp.Sub,
    exp.Mul,
)

_SOUP = """
status amount name is_first closed_at company campaign.channel lead.sql_at 'won' 'x' 1 2.5 ( ) , = <> < > <=
>= and or not in between is null like true + - * / . ; -- /* */ :: select from union lower( case when then
end as cast interval date ' " $1 ? exists any
"""
_WORDS = st.sampled_from(_SOUP.split())


@given(st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
@example("status = 'won'")
@example("amount - - 1 > 0")
def test_whatever_is_accepted_holds_only_allowed_nodes_and_known_columns(text: str) -> None:
    try:
        tree = parse_filter(text, "deal")
    except Problem:
        return
    for node in tree.walk():
        assert isinstance(node, ALLOWED)
        assert not node.comments
    for column in tree.find_all(exp.Column):
        field_of(FACTS["deal"], column)
    again = parse_filter(tree.sql(dialect="duckdb").replace('"', ""), "deal")
    assert again == tree
