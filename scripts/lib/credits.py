"""Reads a file of credits for the demo: CSV with the columns of the blueprint, or pain.001 of any version in use."""

import csv
import io
import re
import uuid
import xml.etree.ElementTree as ElementTree

FILE_BYTES_MAX = 10 * 1024 * 1024
COLUMNS = ["uetr", "debtor", "creditor", "currency", "amount", "charge_bearer", "purpose", "accept_by", "reference"]


class FileError(Exception):
    """One sentence: what is wrong with the file."""


def read(path):
    """Credits as dictionaries: debtor_agent, creditor_agent, currency, amount (text), charge_bearer, purpose, uetr, reference."""
    with open(path, "rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise FileError(f"{path}: above {FILE_BYTES_MAX} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: not UTF-8 at byte {error.start}") from error
    credits = read_pain001(path, text) if text.lstrip().startswith("<") else read_csv(path, text)
    if not credits:
        raise FileError(f"{path}: holds no credit")
    return credits


def read_csv(path, text):
    rows = csv.DictReader(io.StringIO(text))
    unknown = [name for name in rows.fieldnames or [] if name not in COLUMNS]
    missing = [name for name in ("debtor", "creditor", "currency", "amount") if name not in (rows.fieldnames or [])]
    if unknown or missing:
        raise FileError(f"{path}: unknown columns {unknown}, missing columns {missing}; a credit has {','.join(COLUMNS)}")
    credits = []
    for number, row in enumerate(rows, start=2):
        for name in ("debtor", "creditor", "currency", "amount"):
            if not (row.get(name) or "").strip():
                raise FileError(f"{path}: line {number}: {name} is empty")
        credits.append({
            "debtor_agent": row["debtor"].split("/")[0].strip(),
            "creditor_agent": row["creditor"].split("/")[0].strip(),
            "currency": row["currency"].strip(),
            "amount": row["amount"].strip(),
            "charge_bearer": (row.get("charge_bearer") or "").strip(),
            "purpose": (row.get("purpose") or "").strip(),
            "uetr": (row.get("uetr") or "").strip(),
            "reference": (row.get("reference") or f"line {number}").strip(),
        })
    return credits


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def child(element, *names):
    """The element at this path, whatever its namespace; None where it is not there."""
    for name in names:
        if element is None:
            return None
        element = next((c for c in element if local(c) == name), None)
    return element


def content(element, *names):
    found = child(element, *names)
    return (found.text or "").strip() if found is not None else ""


def agent_of(element):
    """BIC of a financial institution: BICFI since version 4, BIC before."""
    return content(element, "FinInstnId", "BICFI") or content(element, "FinInstnId", "BIC")


def read_pain001(path, text):
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text):
        raise FileError(f"{path}: a document type declaration is not taken")
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        raise FileError(f"{path}: not well-formed XML: {error}") from error
    initiation = next((e for e in root.iter() if local(e) == "CstmrCdtTrfInitn"), None)
    if initiation is None:
        raise FileError(f"{path}: no customer credit transfer initiation (pain.001) in it")
    credits = []
    for payment in (e for e in initiation if local(e) == "PmtInf"):
        debtor_agent = agent_of(child(payment, "DbtrAgt"))
        bearer = content(payment, "ChrgBr")
        for credit in (e for e in payment if local(e) == "CdtTrfTxInf"):
            instructed = child(credit, "Amt", "InstdAmt")
            equivalent = child(credit, "Amt", "EqvtAmt", "Amt")
            money = instructed if instructed is not None else equivalent
            if money is None:
                raise FileError(f"{path}: a credit has no amount")
            credits.append({
                "debtor_agent": debtor_agent,
                "creditor_agent": agent_of(child(credit, "CdtrAgt")),
                "currency": money.get("Ccy", ""),
                "amount": (money.text or "").strip(),
                "charge_bearer": content(credit, "ChrgBr") or bearer,
                "purpose": content(credit, "Purp", "Cd"),
                "uetr": content(credit, "PmtId", "UETR"),
                "reference": content(credit, "PmtId", "EndToEndId"),
            })
    return credits


def bearer_of(credit):
    """SLEV (following service level) has no place on the ledger; SHAR is what it comes to between banks."""
    return credit["charge_bearer"] if credit["charge_bearer"] in ("DEBT", "SHAR", "CRED") else "SHAR"


def uetr_of(credit):
    """The credit's own UETR where it is one, else a new one."""
    try:
        given = uuid.UUID(credit["uetr"])
        if given.version == 4 and given.variant == uuid.RFC_4122:
            return str(given)
    except ValueError:
        pass
    return str(uuid.uuid4())
