"""The guides say what happens: every file in them is written, every command run, every line held to what is shown."""

from __future__ import annotations

import os
import re

import pytest

from tests.docs.guides.document import BLOCK, GUIDES, Place, fits, followed, guides, place_for
from tests.docs.guides.reference import REFERENCE, updated

NUMBER = re.compile(r"\b\d[\d,]*\.\d+\b(?!\.)|\b\d{1,3}(?:,\d{3})+\b(?<!,000)")
"""Numbers that a run gave rather than somebody chose: not whole, or above a thousand and not round."""
HOW_TO = {"add-a-lever.md", "add-a-rule.md", "add-an-outcome.md", "add-a-lender.md", "add-a-country.md"}


@pytest.mark.parametrize("guide", guides())
def test_followed_word_for_word_a_guide_shows_what_is_printed(guide, tmp_path):
    text = (GUIDES / guide).read_text(encoding="utf-8")
    assert followed(text, place_for(guide, tmp_path, dict(os.environ))) == text, "run: python -m tests.update_guides"


@pytest.mark.parametrize("guide", guides())
def test_numbers_in_the_text_of_a_guide_are_printed_in_it(guide):
    text = (GUIDES / guide).read_text(encoding="utf-8")
    printed = "".join(block["text"] for block in BLOCK.finditer(text))
    assert set(NUMBER.findall(BLOCK.sub("", text))) <= set(NUMBER.findall(printed))


def test_there_is_a_tutorial_and_a_page_for_each_thing_to_add():
    assert {"tutorial.md", *HOW_TO} == set(guides())


def test_the_reference_is_that_of_the_command_line():
    text = REFERENCE.read_text(encoding="utf-8")
    assert updated(text) == text, "run: python -m tests.update_guides"


def test_what_is_printed_otherwise_is_seen(tmp_path):
    place = Place(tmp_path, dict(os.environ))
    stale = "```console\n$ echo one; echo two\none\n2\n$ (exit 2)\n$ echo $?\n2\n```\n"
    assert followed(stale, place) == stale.replace("one\n2", "one\ntwo")


def test_a_named_file_is_written_and_others_are_not(tmp_path):
    files = "File `in/it.txt`:\n\n```text\nhere\n```\n\nNo name:\n\n```text\nnot\n```\n\n"
    text = files + "```console\n$ cat in/it.txt; ls\n```\n"
    assert followed(text, Place(tmp_path, dict(os.environ))).endswith("cat in/it.txt; ls\nhere\nin\n```\n")


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("5 passed in …s\n", "5 passed in 1.2s\n", True),
        ("5 passed in …s\n", "6 passed in 1.2s\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nb\nc\ne\n", False),
        ("a\n", "a\nb\n", False),
        ("−2.64 … −0.63\n", "−2.64 … −0.62\n", False),
        ("", "a\n", False),
    ],
)
def test_dots_stand_for_anything_and_nothing_else_does(shown, printed, same):
    assert fits(shown, printed) is same
