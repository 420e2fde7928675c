"""R16: a hook that merely draws from the global generator changes the outcome."""

from __future__ import annotations

import random

import numpy as np
import pytest

from sim.model.model import Model
from tests.support.economies import differences, tables, toy


class Nosy(Model):
    """A model whose user draws from every generator at hand each step."""

    def step(self):
        np.random.rand()
        random.random()
        self.random.random()
        self.rng.random()
        self.agents.shuffle(inplace=True)
        super().step()


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_drawing_from_other_generators_changes_nothing(engine):
    scenario = toy(calendar__weeks=20, population__enterprises=60)
    plain, nosy = (kind(scenario, rng=3, engine=engine).run() for kind in (Model, Nosy))
    assert differences(tables(plain), tables(nosy)) == []
