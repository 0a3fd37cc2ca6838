"""The program of one step: python -m documents.pipeline.steps KIND FOLDER PARENT, started by the sandbox only."""

import sys
from pathlib import Path

from documents.pipeline.steps import guard

if __name__ == "__main__":
    sys.exit(guard.main(sys.argv[1], Path(sys.argv[2]), parent=int(sys.argv[3])))
