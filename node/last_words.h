/// What a process that cannot go on says before it ends: a sentence instead of a bare abort, where
/// the machine refuses it memory, threads or descriptors at a place that nothing can be undone at
/// (row F29 of the fault catalogue). What was acknowledged is on disk by then; the store is whole.
#pragma once

namespace vostro::node {

/// Once, at the start of the program. From then on an exception that nobody can catch ends the
/// process with exit code 1 where the machine refused something, and by abort otherwise.
void prepare_last_words();

}  // namespace vostro::node
