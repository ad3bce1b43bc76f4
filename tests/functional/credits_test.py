"""Goal: the demo's reader takes CSV and every pain.001 sample that is one, and refuses the rest with a sentence."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
import credits  # noqa: E402

DATA = Path(os.environ.get("VOSTRO_TEST_DATA", ROOT.parent / "shared" / "data"))


def read_text(text):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return credits.read(file.name)


class Credits(unittest.TestCase):
    def test_reads_the_columns_of_a_csv(self):
        rows = read_text("debtor,creditor,currency,amount\nNORDDEFF/main,SUDBFRPP/main,EUR,10.00\n")
        self.assertEqual(rows[0]["debtor_agent"], "NORDDEFF")
        self.assertEqual(rows[0]["amount"], "10.00")

    def test_refuses_unknown_columns_empty_cells_and_empty_files(self):
        for text in ("debtor,creditor,currency,amount,name\na,b,EUR,1,x\n", "debtor,creditor,currency\na,b,EUR\n",
                     "debtor,creditor,currency,amount\na,b,EUR,\n", "debtor,creditor,currency,amount\n", ""):
            with self.assertRaises(credits.FileError, msg=text):
                read_text(text)

    def test_refuses_document_types_and_broken_xml(self):
        for text in ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a><b></a>", "<a/>"):
            with self.assertRaises(credits.FileError, msg=text):
                read_text(text)

    @unittest.skipUnless(DATA.exists(), "test data not found, set VOSTRO_TEST_DATA")
    def test_reads_every_schema_valid_pain001_sample(self):
        samples = sorted((DATA / "iso20022" / "samples").glob("pain.001.001.09__*.xml"))
        self.assertGreater(len(samples), 3)
        for sample in samples:
            if "invalid" in sample.name or "violates" in sample.name:
                continue
            for row in credits.read(sample):
                self.assertRegex(row["currency"], "^[A-Z]{3}$", sample.name)
                self.assertRegex(row["amount"], r"^[0-9.]+$", sample.name)

    def test_keeps_a_valid_uetr_and_makes_one_otherwise(self):
        given = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
        self.assertEqual(credits.uetr_of({"uetr": given}), given)
        self.assertNotEqual(credits.uetr_of({"uetr": "not one"}), "not one")


if __name__ == "__main__":
    unittest.main()
