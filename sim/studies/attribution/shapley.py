"""Shapley values and pairwise interactions of a game, exact in fractions.

A game gives a value to every coalition of players; coalition ``c`` is a bit mask, player ``i`` in it when bit ``i`` is
set. The Shapley value of a player is the mean, over all orders in which the players may join, of what it adds when it
joins (Shapley 1953, *A Value for n-Person Games*). The interaction of two players is the Shapley interaction index, the
same kind of mean of the second difference v(S+i+j) − v(S+i) − v(S+j) + v(S) (Grabisch & Roubens 1999, *Int. J. of Game
Theory* 28): above zero they help each other, below zero one does the other's work. Half of each interaction belongs to
either player; what is left of a Shapley value is the player's main effect (Lundberg et al. 2020, *Nature Machine
Intelligence* 2), so that mains and interactions together sum to the total as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

Game = Sequence[Fraction]
"""Value of each coalition, by its bit mask: 2 to the number of players of them."""


def players_in(game: Game) -> int:
    """Number of players of a game."""
    number = len(game).bit_length() - 1
    if len(game) != 1 << number:
        raise ValueError(f"a game has a value for each of 2^n coalitions, not {len(game)}")
    return number


def without(number: int, players: Sequence[int]) -> Iterator[int]:
    """The coalitions that none of some players is in."""
    mask = sum(1 << player for player in players)
    return (coalition for coalition in range(1 << number) if not coalition & mask)


def shapley_values(game: Game) -> list[Fraction]:
    """Shapley value of each player; they sum to v(all) − v(none) exactly."""
    number = players_in(game)
    values = []
    for player in range(number):
        value = Fraction(0)
        for coalition in without(number, [player]):
            weight = Fraction(1, number * choose(number - 1, coalition.bit_count()))
            value += weight * (game[coalition | 1 << player] - game[coalition])
        values.append(value)
    return values


def interactions(game: Game) -> dict[tuple[int, int], Fraction]:
    """Shapley interaction index of each pair of players."""
    number = players_in(game)
    return {pair: interaction(game, number, *pair) for pair in combinations(range(number), 2)}


def interaction(game: Game, number: int, one: int, other: int) -> Fraction:
    """Shapley interaction index of two players."""
    first, second, value = 1 << one, 1 << other, Fraction(0)
    for coalition in without(number, [one, other]):
        weight = Fraction(1, (number - 1) * choose(number - 2, coalition.bit_count()))
        together = game[coalition | first | second] + game[coalition]
        value += weight * (together - game[coalition | first] - game[coalition | second])
    return value


def main_effects(values: Sequence[Fraction], pairs: dict[tuple[int, int], Fraction]) -> list[Fraction]:
    """What is left of each Shapley value when half of each of its interactions is taken out."""
    return [
        value - sum((amount for pair, amount in pairs.items() if player in pair), Fraction(0)) / 2
        for player, value in enumerate(values)
    ]


def choose(many: int, some: int) -> int:
    """Number of ways to choose some of many."""
    return factorial(many) // (factorial(some) * factorial(many - some))
