"""What each property of a programme contributes to an outcome: Shapley values on paired seeds."""
