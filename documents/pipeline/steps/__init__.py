"""The work on uploaded bytes, as programs that the sandbox starts: files in, files out, no Django."""
