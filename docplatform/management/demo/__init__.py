"""A believable newsroom, for people who want to look around: people, projects, and documents made on the spot."""
