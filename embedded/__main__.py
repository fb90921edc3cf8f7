"""`python -m embedded`: the whole local stack in the foreground."""

import sys

from embedded.supervisor import main

sys.exit(main())
