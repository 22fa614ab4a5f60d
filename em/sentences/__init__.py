"""What a run and a choice of model show, in plain sentences."""
