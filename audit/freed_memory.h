/// What a program that replays asks of the C library's memory, once, before it begins: each block
/// takes and gives back some megabytes, on several threads, and by default they go back to the
/// kernel each time, to be mapped and cleared again for the next block.
#pragma once

namespace vostro::audit {

/// From now on freed memory stays with the process, up to 64 MiB at the end of each heap. Before
/// the first thread.
void keep_freed_memory();

}  // namespace vostro::audit
