#include "audit/sql/schema.h"

namespace vostro::audit {

const std::array<TableDefinition, 8> tables{{
    {"chain", 7,
     "CREATE TABLE chain (schema_version BIGINT NOT NULL, founding_id TEXT NOT NULL, "
     "network_id TEXT NOT NULL, network_name TEXT NOT NULL, height BIGINT NOT NULL, "
     "block TEXT NOT NULL, time TEXT NOT NULL)"},
    {"blocks", 9,
     "CREATE TABLE blocks (height BIGINT PRIMARY KEY, block TEXT NOT NULL, time TEXT NOT NULL, "
     "epoch BIGINT, view BIGINT, proposer TEXT, transactions BIGINT NOT NULL, "
     "receipts BIGINT NOT NULL, state_root TEXT NOT NULL)"},
    {"transactions", 9,
     "CREATE TABLE transactions (height BIGINT NOT NULL, position BIGINT NOT NULL, "
     "owner TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, kind TEXT NOT NULL, "
     "valid_until TEXT NOT NULL, signatures BIGINT NOT NULL, body TEXT NOT NULL, "
     "PRIMARY KEY (height, position))"},
    {"receipts", 15,
     "CREATE TABLE receipts (height BIGINT NOT NULL, position BIGINT NOT NULL, "
     "owner TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, transaction_hash TEXT NOT NULL, "
     "agent TEXT, uetr TEXT, debtor TEXT, creditor TEXT, currency TEXT, amount BIGINT, "
     "status TEXT NOT NULL, reason TEXT, code TEXT, PRIMARY KEY (height, position))"},
    {"entries", 12,
     "CREATE TABLE entries (height BIGINT NOT NULL, receipt BIGINT NOT NULL, "
     "position BIGINT NOT NULL, place TEXT NOT NULL, bank TEXT, account TEXT, hold_agent TEXT, "
     "hold_id TEXT, "
     "currency TEXT NOT NULL, amount BIGINT NOT NULL, kind TEXT NOT NULL, "
     "business_date TEXT NOT NULL, PRIMARY KEY (height, receipt, position))"},
    {"payments", 24,
     "CREATE TABLE payments (agent TEXT NOT NULL, uetr TEXT NOT NULL, creditor_agent TEXT NOT "
     "NULL, "
     "debtor TEXT NOT NULL, creditor TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT "
     "NULL, "
     "debtor_currency TEXT NOT NULL, debtor_amount BIGINT NOT NULL, provider TEXT, quote TEXT, "
     "rate TEXT, ordered_height BIGINT NOT NULL, ordered_time TEXT NOT NULL, status TEXT NOT NULL, "
     "before_recall TEXT, reason TEXT, code TEXT, changed_height BIGINT NOT NULL, "
     "changed_time TEXT NOT NULL, settled_height BIGINT, settled_time TEXT, "
     "ordered_ms BIGINT NOT NULL, settled_ms BIGINT, PRIMARY KEY (agent, uetr))"},
    {"state", 6,
     "CREATE TABLE state (kind TEXT NOT NULL, name TEXT NOT NULL, height BIGINT NOT NULL, "
     "time TEXT NOT NULL, is_there BIGINT NOT NULL, value TEXT, PRIMARY KEY (kind, name, height))"},
    {"currencies", 3,
     "CREATE TABLE currencies (currency TEXT PRIMARY KEY, exponent BIGINT NOT NULL, "
     "agent TEXT NOT NULL)"},
}};

const std::array<std::string_view, 8> indexes{
    "CREATE INDEX blocks_time ON blocks (time)",
    "CREATE INDEX transactions_id ON transactions (id)",
    "CREATE INDEX transactions_kind ON transactions (kind, height)",
    "CREATE INDEX receipts_payment ON receipts (uetr, agent)",
    "CREATE INDEX receipts_id ON receipts (id)",
    "CREATE INDEX entries_account ON entries (account, currency, business_date)",
    "CREATE INDEX entries_hold ON entries (hold_id)",
    "CREATE INDEX payments_time ON payments (ordered_time)",
};

// Out of the entries, so that what was given back, charges that were kept and both legs of an
// exchange count as what they were. A BIC in text has 8 or 11 characters.
const std::array<std::string_view, 1> views{
    "CREATE VIEW legs AS SELECT r.height, r.position, p.agent, p.uetr, "
    "CASE WHEN r.status = 'returned' THEN p.creditor_agent "
    "WHEN p.provider IS NULL OR e.account = p.provider THEN p.agent "
    "WHEN SUBSTR(p.provider, 9, 1) = '/' THEN SUBSTR(p.provider, 1, 8) "
    "ELSE SUBSTR(p.provider, 1, 11) END AS payer, "
    "e.bank AS payee, e.currency, e.amount, e.business_date, r.status "
    "FROM receipts r JOIN entries e ON e.height = r.height AND e.receipt = r.position "
    "JOIN payments p ON p.agent = r.agent AND p.uetr = r.uetr "
    "WHERE r.status IN ('settled', 'returned') AND e.place = 'account' AND e.kind = 'principal' "
    "AND e.amount > 0",
};

}  // namespace vostro::audit
