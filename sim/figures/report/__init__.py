"""The report page of a results folder, and the figures that stand in the folder."""
