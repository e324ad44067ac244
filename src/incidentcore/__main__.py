"""``python -m incidentcore``: the command line."""

import sys

from incidentcore.cli import main

if __name__ == "__main__":
    sys.exit(main())
