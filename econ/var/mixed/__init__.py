"""VARs of series of unlike frequency, or with holes: what is not published is drawn with the parameters."""
