"""Results of a run, derived from its plan and its log whenever they are asked for."""
