"""Whether what the rows promise is really there: rows, then the files and index of every document, then orphans."""
