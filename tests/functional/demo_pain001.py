"""Goal: the demo takes customers' pain.001 files as they are in use. Method: run it on a public sample; skipped without the test data."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("VOSTRO_TEST_DATA", ROOT.parent / "shared" / "data"))
SAMPLE = DATA / "iso20022" / "samples" / "pain.001.001.09__php-sepa-xml__pain.001.001.09.xml"

if not SAMPLE.exists():
    print("test data not found, set VOSTRO_TEST_DATA")
    sys.exit(77)
sys.exit(subprocess.run([str(ROOT / "scripts" / "demo"), str(SAMPLE)], check=False).returncode)
