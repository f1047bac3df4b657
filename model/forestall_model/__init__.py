"""Training of the fleet models of Forestall."""
