"""What fonts tell about the text of a page that is gone, and how they are made to forget it."""
