"""A second implementation of the model, written from sim/docs/odd.md alone, and its comparison with the package."""
