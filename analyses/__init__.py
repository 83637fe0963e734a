"""One program an exhibit; `specification` holds every choice of the paper."""
