"""Empty the list of package indexes in a Pipfile.lock: pip's own configuration names them."""

import json
import sys
from pathlib import Path

lock = Path(sys.argv[1])
content = json.loads(lock.read_text())
content["_meta"]["sources"] = []
lock.write_text(json.dumps(content, indent=4) + "\n")
