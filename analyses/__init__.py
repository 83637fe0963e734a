"""One program an exhibit; `specification` holds every choice of the paper."""

from econ.memory import check_limit

check_limit()  # before a program loads the libraries
