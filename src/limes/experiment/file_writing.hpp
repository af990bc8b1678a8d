#pragma once
// Files that are whole or not there: written under another name, forced to the device, then renamed.

#include <string>

namespace limes::experiment {

/// Writes `bytes` so that after a crash at any moment `path` holds the old contents or the new, never a part.
/// Throws OutputError (device_full for a device or quota that has no room).
void write_file(const std::string& path, const std::string& bytes);

/// Makes the names in a folder survive a crash. Silent where a file system can't do that.
void sync_folder(const std::string& path);

/// Throws OutputError for the error number `error` at `path`: "can't be written: No space left on device".
[[noreturn]] void throw_output_error(const std::string& path, int error);

}  // namespace limes::experiment
