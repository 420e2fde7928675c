"""The web page: with and without the programme beside each other, and one run step by step; on this machine only."""
