"""Columns of a block of rows in as few bits as hold their values; nobody outside ``sim.engine`` needs to know how."""
