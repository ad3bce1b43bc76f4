/// Fills a database from a chain while it is replayed: what is in it was executed and compared, and
/// not taken from anybody's tables. Incremental: a later export goes on at the height that the
/// database has.
#pragma once

#include "audit/replay.h"
#include "audit/sql/database.h"

namespace vostro::audit {

struct Exported {
  Report report;
  Height before;  ///< the last block that was in the database; none: 0, with `is_new`
  bool is_new = false;
};

/// `options.on_block` and `options.on_save` are its own. With a work directory that is kept, the
/// replay too goes on where it was; database and work directory belong together then, and what
/// became final in one alone is a CannotCheck. A divergence is in the report; what is before it is
/// in the database.
[[nodiscard]] Result<Exported, CannotCheck> export_chain(const genesis::Definition& definition,
                                                         const Source& source,
                                                         const DatabaseAddress& database,
                                                         ReplayOptions options,
                                                         const OnProgress& on_progress);

/// Whether `export_chain` can go on with the ledger in `work`: not where that is beyond the tables,
/// which are filled from blocks as they are executed. Makes the tables where there are none.
[[nodiscard]] Result<bool, CannotCheck> can_go_on(const genesis::Definition& definition,
                                                  const DatabaseAddress& database,
                                                  const std::string& work);

}  // namespace vostro::audit
