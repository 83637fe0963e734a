"""Whatever one argument of a public callable is, it answers with finite numbers or says in words what to do."""

import warnings

import pytest
from surface.calls import ELSEWHERE, MADE, REFUSED, calls, surface
from surface.hostile import MAY, values, wrong

from econ.errors import SpecificationError

CALLS = calls()


def test_every_public_callable_is_called():
    assert set(surface()) - set(CALLS) - set(ELSEWHERE) - MADE == set()
    assert set(CALLS) - set(surface()) == set()
    assert (set(ELSEWHERE) | MADE) & set(CALLS) == set()
    assert all(reason for _, _, reason in MAY)


@pytest.mark.parametrize("name", CALLS)
def test_one_hostile_argument_is_answered_or_refused_in_words(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a word is a folder to some: what is written there must not stay in the repository
    call = CALLS[name]
    expected = None if name in REFUSED else call()
    found = [("as it should be", "", wrong(name, call, {}, expected=expected))]
    for parameter in call.parameters():
        for label, value in values(call, parameter).items():
            found.append((parameter, label, wrong(name, call, {parameter: value}, expected=expected)))
    assert [each for each in found if each[2] is not None] == []


def warned(x):
    warnings.warn("look", UserWarning, stacklevel=1)
    return x


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (lambda x: x, "gives  nan"),
        (lambda x: [*x], "TypeError"),
        (warned, "UserWarning: look"),
        (lambda x: "text", "in the place of float"),
    ],
)
def test_what_is_wrong_is_seen(target, said):
    assert said in wrong("f", target, {"x": float("nan")}, expected=1.0)


def test_a_message_of_one_word_is_no_message():
    def refuse(x):
        raise SpecificationError("no.")

    assert wrong("f", refuse, {"x": 1}) == "says only 'no.'"
