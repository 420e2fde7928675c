"""The rules: one file per submodel of the ODD, each rule for one agent, in plain Python.

``rule`` and ``hot_rule`` (``sim.arithmetic.decorators``) leave a rule untouched when Python calls it (the Mesa
engine) and compile it when the compiled engine calls it, so both engines run the same lines.
"""
