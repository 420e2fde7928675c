"""The compiled engine: rows, loops over blocks, kernels over a store, packed storage. Touch it only with a measurement.

A rule never stands here; kernels call those of ``sim.rules`` in the order of the phases. ``kernels.py`` is the step,
``packed`` a store in a third of the memory, ``compile_cache.py`` where compiled code is kept. Blocks and threads must
not change a byte. Nothing is handed out: a compiled function names the module of each function it calls.
"""
