"""One test a known fault (R01 to R28), named after its id.

R08 (a dashboard ignores the model passed in, and a second Reset restores the defaults) has none: there is no dashboard.
It is written with the web page of issue 8, whose first view must equal the run of its scenario.
"""
