#pragma once
// Lines, fields and numbers of a text file, each with its place for error messages.

#include <cstdint>
#include <string>
#include <string_view>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/input_file.hpp"

namespace limes::coupling {

/// A piece of a line and where it starts (1-based, in bytes).
struct Field {
  std::string_view text;
  int column = 1;
};

/// Goes through a file line by line. Ends of lines are \n or \r\n; a byte-order mark of UTF-8 is skipped.
class TextLines {
 public:
  /// Throws InputError if the file does not begin as text (zero bytes, UTF-16).
  explicit TextLines(const InputFile& file);

  /// Moves to the next line; false at the end of the file. Throws InputError if the line is not UTF-8 text.
  bool next();
  /// The same, past lines that are blank or whose first visible character is `comment`.
  bool next_with_content(char comment);

  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] Place place(int column = 0) const { return {path_, number_, column, {}}; }
  /// Number of bytes after the current line.
  [[nodiscard]] std::size_t bytes_left() const { return rest_.size(); }

 private:
  void check_text() const;

  std::string path_;
  std::string_view rest_;
  std::string_view line_;
  int number_ = 0;
};

/// Takes the next run of visible characters off `line`, starting the search at `position`, which moves behind it. An
/// empty field means that the line is over.
[[nodiscard]] Field next_word(std::string_view line, std::size_t& position);

/// Without blanks at both ends.
[[nodiscard]] Field trimmed(Field field);

/// True if the text is a number as `parse_real` takes it, whether finite or not.
[[nodiscard]] bool is_number(std::string_view text);

/// A decimal number; underflow gives 0, `nan`, `inf` and overflow come out as such, for the caller to refuse with the
/// entry's indices. Throws InputError with the place if it is not a number.
[[nodiscard]] double parse_real(const TextLines& lines, Field field);

/// An integer that is not negative. Throws InputError, naming `what` it should be.
[[nodiscard]] std::int64_t parse_count(const TextLines& lines, Field field, std::string_view what);

/// The text in quotes, shortened and with control characters replaced, for a message.
[[nodiscard]] std::string quoted(std::string_view text);

/// "entry (2, 0) of the matrix is NaN", with the mend. Rows and columns count from 0.
[[noreturn]] void throw_not_finite(const Place& place, std::int64_t row, std::int64_t column, double value);

}  // namespace limes::coupling
