#include "bridge/book/migrations.h"

namespace vostro::bridge {
namespace {

using Step = std::vector<std::string_view>;

/// Numbers are BIGINT, everything else TEXT: hashes in hexadecimal, money in minor units with its
/// currency beside it, times in milliseconds since 1970.
const std::vector<Step>& steps() {
  static const std::vector<Step> all{
      // 1: the settlement agent's book.
      {
          "CREATE TABLE lease (one BIGINT PRIMARY KEY CHECK (one = 1), holder TEXT NOT NULL,"
          " fence BIGINT NOT NULL, beat BIGINT NOT NULL)",
          "INSERT INTO lease (one, holder, fence, beat) VALUES (1, '', 0, 0)",
          // The network that the book is of, and the last event of the chain that it has taken.
          "CREATE TABLE chain_cursor (one BIGINT PRIMARY KEY CHECK (one = 1),"
          " network TEXT NOT NULL, height BIGINT NOT NULL, place BIGINT)",
          // Every row that is only ever added, in order, with its hash over the one before.
          "CREATE TABLE links (seq BIGINT PRIMARY KEY, kind TEXT NOT NULL, hash TEXT NOT NULL)",
          "CREATE TABLE accounts (code TEXT PRIMARY KEY, currency TEXT NOT NULL)",
          "CREATE TABLE entries (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " kind TEXT NOT NULL, reference TEXT NOT NULL)",
          "CREATE TABLE postings (seq BIGINT PRIMARY KEY, entry BIGINT NOT NULL REFERENCES"
          " entries (seq), account TEXT NOT NULL REFERENCES accounts (code),"
          " currency TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount <> 0))",
          "CREATE INDEX postings_account ON postings (account)",
          "CREATE INDEX postings_entry ON postings (entry)",
          "CREATE TABLE messages (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " direction TEXT NOT NULL, type TEXT NOT NULL, sender TEXT NOT NULL,"
          " message_id TEXT NOT NULL, file_hash TEXT NOT NULL, content TEXT NOT NULL)",
          "CREATE UNIQUE INDEX messages_id ON messages (direction, sender, message_id)",
          "CREATE TABLE transitions (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " flow TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, facts TEXT NOT NULL,"
          " detail TEXT NOT NULL)",
          "CREATE INDEX transitions_key ON transitions (flow, key, seq)",
          "CREATE TABLE decisions (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " entry TEXT NOT NULL, account TEXT NOT NULL, reason TEXT NOT NULL,"
          " person TEXT NOT NULL, signer TEXT NOT NULL, signature TEXT NOT NULL)",
          "CREATE INDEX decisions_entry ON decisions (entry)",
          // A fiat entry at the bank; `entry` is the hash that the ledger knows it by.
          "CREATE TABLE fundings (entry TEXT PRIMARY KEY, fiat_account TEXT NOT NULL,"
          " bank_reference TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL,"
          " named TEXT NOT NULL, debtor TEXT NOT NULL, state TEXT NOT NULL, account TEXT NOT NULL,"
          " attempt BIGINT NOT NULL, order_id TEXT NOT NULL, reason TEXT NOT NULL,"
          " at_ms BIGINT NOT NULL)",
          "CREATE UNIQUE INDEX fundings_reference ON fundings (fiat_account, bank_reference)",
          "CREATE INDEX fundings_state ON fundings (state)",
          "CREATE INDEX fundings_order ON fundings (order_id)",
          "CREATE TABLE redemptions (owner TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL,"
          " currency TEXT NOT NULL, amount BIGINT NOT NULL, ordered_ms BIGINT NOT NULL,"
          " business_date BIGINT NOT NULL,"
          " state TEXT NOT NULL, message_id TEXT NOT NULL, deadline_ms BIGINT NOT NULL,"
          " answer TEXT NOT NULL, code TEXT NOT NULL, attempt BIGINT NOT NULL,"
          " order_id TEXT NOT NULL, PRIMARY KEY (owner, id))",
          "CREATE UNIQUE INDEX redemptions_message ON redemptions (message_id)",
          "CREATE INDEX redemptions_state ON redemptions (state)",
          // What the ledger did in the agent's name without the book.
          "CREATE TABLE strangers (id TEXT PRIMARY KEY, kind TEXT NOT NULL, height BIGINT NOT NULL,"
          " currency TEXT NOT NULL, amount BIGINT NOT NULL)",
          "CREATE TABLE inbox (file_hash TEXT PRIMARY KEY, name TEXT NOT NULL,"
          " at_ms BIGINT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL)",
          "CREATE TABLE outbox (id TEXT PRIMARY KEY, place BIGINT NOT NULL, kind TEXT NOT NULL,"
          " content TEXT NOT NULL, is_sent BIGINT NOT NULL)",
          "CREATE UNIQUE INDEX outbox_place ON outbox (place)",
          "CREATE TABLE alarms (key TEXT PRIMARY KEY, first_ms BIGINT NOT NULL,"
          " last_ms BIGINT NOT NULL, count BIGINT NOT NULL, text TEXT NOT NULL)",
      },
      // 2: statements, breaks and what follows from them.
      {
          // A movement on an account of ours, as the book posted it and as a statement has it.
          "CREATE TABLE fiat_items (account TEXT NOT NULL, key TEXT NOT NULL,"
          " currency TEXT NOT NULL, posted BIGINT NOT NULL, stated BIGINT NOT NULL,"
          " reference TEXT NOT NULL, statement TEXT NOT NULL, due BIGINT NOT NULL,"
          " state TEXT NOT NULL, PRIMARY KEY (account, key))",
          "CREATE INDEX fiat_items_state ON fiat_items (account, state, due)",
          "CREATE INDEX fiat_items_reference ON fiat_items (account, reference)",
          "CREATE INDEX fiat_items_statement ON fiat_items (account, statement)",
          "CREATE TABLE statements (digest TEXT PRIMARY KEY, account TEXT NOT NULL,"
          " currency TEXT NOT NULL, number BIGINT NOT NULL, id TEXT NOT NULL,"
          " opening BIGINT NOT NULL, closing BIGINT NOT NULL, day BIGINT NOT NULL,"
          " file_hash TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL,"
          " is_last BIGINT NOT NULL, at_ms BIGINT NOT NULL, content TEXT NOT NULL)",
          "CREATE INDEX statements_account ON statements (account, number)",
          "CREATE TABLE breaks (key TEXT PRIMARY KEY, kind TEXT NOT NULL, currency TEXT NOT NULL,"
          " reference TEXT NOT NULL, participant TEXT NOT NULL, amount BIGINT NOT NULL,"
          " text TEXT NOT NULL, since_ms BIGINT NOT NULL, state TEXT NOT NULL,"
          " is_seen BIGINT NOT NULL)",
          "CREATE INDEX breaks_state ON breaks (state)",
          "CREATE TABLE stops (currency TEXT PRIMARY KEY, number BIGINT NOT NULL,"
          " state TEXT NOT NULL, reason TEXT NOT NULL, at_ms BIGINT NOT NULL)",
          "CREATE TABLE releases (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " subject TEXT NOT NULL, reason TEXT NOT NULL, person TEXT NOT NULL,"
          " signer TEXT NOT NULL, signature TEXT NOT NULL)",
          "CREATE INDEX releases_subject ON releases (subject)",
          // By the receipts alone, for each participant.
          "CREATE TABLE ledger_totals (currency TEXT NOT NULL, participant TEXT NOT NULL,"
          " issued BIGINT NOT NULL, redeemed BIGINT NOT NULL, PRIMARY KEY (currency, participant))",
          // What the agent says to the ledger by itself.
          "CREATE TABLE agent_orders (kind TEXT NOT NULL, currency TEXT NOT NULL,"
          " subject TEXT NOT NULL, attempt BIGINT NOT NULL, order_id TEXT NOT NULL,"
          " state TEXT NOT NULL, value BIGINT NOT NULL, at_s BIGINT NOT NULL,"
          " PRIMARY KEY (kind, currency, subject))",
          "CREATE INDEX agent_orders_order ON agent_orders (order_id)",
          "CREATE INDEX redemptions_order ON redemptions (order_id)",
          "ALTER TABLE outbox ADD COLUMN issues TEXT NOT NULL DEFAULT ''",
          // Of an older book the chain is read once more: its receipts are known, their sums by
          // participant are not.
          "DELETE FROM chain_cursor",
      },
      // 3: payments that were screened.
      {
          "CREATE TABLE screenings (id TEXT PRIMARY KEY, direction TEXT NOT NULL,"
          " owner TEXT NOT NULL, uetr TEXT NOT NULL, account TEXT NOT NULL, currency TEXT NOT NULL,"
          " amount BIGINT NOT NULL, parties TEXT NOT NULL, state TEXT NOT NULL, lists TEXT NOT "
          "NULL,"
          " hits TEXT NOT NULL, result TEXT NOT NULL, round BIGINT NOT NULL, basis TEXT NOT NULL,"
          " document TEXT NOT NULL, attempt BIGINT NOT NULL, order_id TEXT NOT NULL,"
          " at_ms BIGINT NOT NULL)",
          "CREATE INDEX screenings_state ON screenings (state)",
          "CREATE INDEX screenings_order ON screenings (order_id)",
          "CREATE TABLE screening_results (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " screening TEXT NOT NULL, lists TEXT NOT NULL, result TEXT NOT NULL)",
          "CREATE TABLE screening_decisions (seq BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL,"
          " screening TEXT NOT NULL, round BIGINT NOT NULL, action TEXT NOT NULL,"
          " basis TEXT NOT NULL, document TEXT NOT NULL, reason TEXT NOT NULL,"
          " person TEXT NOT NULL, signer TEXT NOT NULL, signature TEXT NOT NULL)",
          "CREATE INDEX screening_decisions_of ON screening_decisions (screening)",
      },
      // 4: the participant's: customers' accounts, and their payments out and in.
      {
          "CREATE TABLE customers (account TEXT PRIMARY KEY, name TEXT NOT NULL,"
          " currency TEXT NOT NULL, status TEXT NOT NULL, balance BIGINT NOT NULL)",
          "CREATE TABLE customer_payments (side TEXT NOT NULL, owner TEXT NOT NULL,"
          " uetr TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL,"
          " other TEXT NOT NULL, source_type TEXT NOT NULL, source_id TEXT NOT NULL,"
          " group_id TEXT NOT NULL, instruction_id TEXT NOT NULL, end_to_end_id TEXT NOT NULL,"
          " execution BIGINT NOT NULL, bearer TEXT NOT NULL, purpose TEXT NOT NULL,"
          " since_ms BIGINT NOT NULL, state TEXT NOT NULL, customer TEXT NOT NULL,"
          " details TEXT NOT NULL, booked_currency TEXT NOT NULL, booked BIGINT NOT NULL,"
          " settled BIGINT NOT NULL, code TEXT NOT NULL, recall TEXT NOT NULL,"
          " recall_id TEXT NOT NULL, recall_code TEXT NOT NULL, attempt BIGINT NOT NULL,"
          " rejections BIGINT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (side, owner, uetr))",
          "CREATE INDEX customer_payments_state ON customer_payments (state)",
          "CREATE INDEX customer_payments_recall ON customer_payments (recall)",
          "CREATE INDEX customer_payments_order ON customer_payments (order_id)",
          "CREATE INDEX customer_payments_uetr ON customer_payments (uetr)",
      },
      // 5: which message of the bank told of an account last, by a notice or a payout's answer.
      {
          "CREATE TABLE words (account TEXT PRIMARY KEY, file_hash TEXT NOT NULL)",
      },
  };
  return all;
}

bool has_migrations(Sql& sql) {
  const char* const names =
      sql.address().kind == DatabaseAddress::Kind::sqlite
          ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
          : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND"
            " tablename = 'migrations'";
  return !sql.rows(1, names).empty();
}

}  // namespace

std::int64_t newest_schema() {
  return static_cast<std::int64_t>(steps().size());
}

std::int64_t schema_of(Sql& sql) {
  if (!has_migrations(sql)) return 0;
  return sql.rows(1, "SELECT COALESCE(MAX(version), 0) FROM migrations").front().number(0);
}

void migrate(Sql& sql, std::int64_t now_ms) {
  // PostgreSQL may refuse one of two programs that make the same table at once; it tries again.
  sql.run(
      "CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY,"
      " at_ms BIGINT NOT NULL)");
  while (true) {
    sql.begin();
    if (sql.address().kind == DatabaseAddress::Kind::postgresql)
      sql.run("LOCK TABLE migrations IN EXCLUSIVE MODE");
    const std::int64_t version = schema_of(sql);
    if (version > newest_schema()) {
      sql.roll_back();
      throw SqlError("the book's tables are of version " + std::to_string(version) +
                     ", and this program knows " + std::to_string(newest_schema()) +
                     ": run the newer vostro-bridge");
    }
    if (version == newest_schema()) {
      sql.roll_back();
      return;
    }
    try {
      for (const std::string_view statement : steps()[static_cast<std::size_t>(version)])
        sql.run(statement);
      sql.run("INSERT INTO migrations (version, at_ms) VALUES (:v0, :v1)", {version + 1, now_ms});
      sql.commit();
    } catch (const SqlError&) {
      sql.roll_back();
      throw;
    }
  }
}

}  // namespace vostro::bridge
