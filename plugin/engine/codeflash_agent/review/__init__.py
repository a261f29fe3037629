"""The adversarial review: a brief for a reviewer who did not do the work, the check of its answer, and what became of each finding."""
