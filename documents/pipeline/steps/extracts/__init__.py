"""What the step `extract` looks for: every module finds one kind of thing in the text of one page."""
