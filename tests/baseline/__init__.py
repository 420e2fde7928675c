"""Named numbers of small runs, kept in a file: a change of the model shows which of them it moves."""
