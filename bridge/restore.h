/// A book that is older than the archive beside it: its database was restored from a backup, or
/// lost. Before anything is sent, it reads the chain to its newest block, and then takes the
/// archived files that it does not know, again. One thread. Source: threat model 2.7, row F35.
#pragma once

#include <set>
#include <string>

#include "bridge/book/book.h"
#include "bridge/channel/directories.h"

namespace vostro::bridge {

class Restore {
 public:
  /// Both must outlive this.
  Restore(Book& book, Directories& directories) : book_(book), directories_(directories) {}

  /// Looks which archived files the book does not know. Errors: of the book; a directory that
  /// cannot be read is `unavailable`, too.
  [[nodiscard]] Result<void, BookError> look(UnixMillis now);
  /// There are such files: nothing may be sent.
  [[nodiscard]] bool is_going_on() const { return !missing_.empty(); }
  /// The chain is read: the files lie in `in` again from here on.
  [[nodiscard]] bool is_refiled() const { return is_refiled_; }

  /// Puts them back into `in`.
  [[nodiscard]] Result<void, BookError> refile();
  /// Strikes those that were taken or quarantined. Also the beat of the lease.
  [[nodiscard]] Result<void, BookError> strike_known(UnixMillis now);

 private:
  Book& book_;
  Directories& directories_;
  std::set<std::string> missing_;  ///< names in `archive`
  bool is_refiled_ = false;
};

}  // namespace vostro::bridge
