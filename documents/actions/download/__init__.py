"""Many documents in one answer, made while it is sent: a zip of their files, or a table of what is known of them."""
