"""What a mixture is: its parameters, its density, its families. Imports nothing else of `em`."""
