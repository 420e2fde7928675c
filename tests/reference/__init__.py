"""A second implementation of the model, written from sim/ODD.md alone, and its comparison with the package."""
