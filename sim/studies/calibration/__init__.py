"""Free settings fitted to named targets, trial by trial; kept trials are never run twice."""
