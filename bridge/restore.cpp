#include "bridge/restore.h"

#include "base/log.h"
#include "bridge/book/mail.h"

namespace vostro::bridge {
namespace {

BookError unavailable(const std::string& what) {
  return {BookError::Kind::unavailable, what};
}

}  // namespace

Result<void, BookError> Restore::look(UnixMillis now) {
  const auto names = directories_.archived();
  if (!names) return fail(unavailable(names.error()));
  missing_.clear();
  is_refiled_ = false;
  auto done = book_.write(now, [&](BookTransaction& rows) {
    for (const std::string& name : *names)
      if (!is_file_known(rows, archived_hash(name))) missing_.insert(name);
    if (missing_.empty()) return;
    rows.raise("restored/book", "the book does not know " + std::to_string(missing_.size()) +
                                    " files of the archive: it is an older copy, or was lost; "
                                    "chain and archive are read again before anything is sent");
  });
  if (done && !missing_.empty())
    log::warning("the book was restored", {{"count", missing_.size()}});
  return done;
}

Result<void, BookError> Restore::refile() {
  for (const std::string& name : missing_)
    if (const auto moved = directories_.take_back(name); !moved)
      return fail(unavailable(moved.error()));
  is_refiled_ = true;
  return {};
}

Result<void, BookError> Restore::strike_known(UnixMillis now) {
  auto done = book_.write(now, [&](BookTransaction& rows) {
    std::erase_if(missing_, [&](const std::string& name) {
      return is_file_known(rows, archived_hash(name));
    });
    if (missing_.empty()) rows.clear("restored/book");
  });
  if (done && missing_.empty()) log::info("the book has read chain and archive again");
  return done;
}

}  // namespace vostro::bridge
