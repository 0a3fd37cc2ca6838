"""One action on everything that a query finds: chosen at once, done in small pieces, refused document by document."""
