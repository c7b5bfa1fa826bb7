"""The board: what a room is stuck on, for its teacher, from what the learners' checks report."""
