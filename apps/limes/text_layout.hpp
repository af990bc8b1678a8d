#pragma once
// Text for a terminal: widths in characters of UTF-8, wrapped paragraphs, aligned tables.

#include <string>
#include <vector>

namespace limes::app {

inline constexpr std::size_t kPageWidth = 100;
inline constexpr std::size_t kUnlimited = 100000;  ///< a page whose lines are never broken

/// Number of characters (code points) of a UTF-8 text.
[[nodiscard]] std::size_t width(const std::string& text);

/// The text filled with spaces to this width; unchanged if it is longer.
[[nodiscard]] std::string padded(const std::string& text, std::size_t columns, bool right = false);

/// Words broken into lines of at most `columns` characters (a longer word keeps its own line).
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, std::size_t columns);

/// A paragraph with every line indented.
[[nodiscard]] std::string paragraph(const std::string& text, std::size_t indent = 0, std::size_t page = kPageWidth);

struct Column {
  std::string head;
  bool right = false;  ///< numbers are set to the right
};

/// A table with aligned columns, two spaces between them. The last column is wrapped at the page's width.
[[nodiscard]] std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                                std::size_t indent = 0, std::size_t page = kPageWidth);

}  // namespace limes::app
