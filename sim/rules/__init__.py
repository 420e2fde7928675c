"""The rules: one file per submodel of the ODD, each rule for one agent, in plain Python.

``register_jitable`` leaves a rule untouched when Python calls it (the Mesa engine) and compiles it when the compiled
engine calls it, so both engines run the same lines.
"""
