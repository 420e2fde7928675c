"""Bad input, each with the message it must get: see the classes of the tables."""
