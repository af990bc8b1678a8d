#include "limes/coupling_files/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/text_lines.hpp"

namespace limes::coupling {

namespace {

constexpr char kBlanks = ' ';

char separator_of(std::string_view line) {
  for (const char separator : {';', ','}) {
    if (line.find(separator) != std::string_view::npos) return separator;
  }
  return kBlanks;
}

/// Calls take(field) for every field of the line.
template <typename Take>
void split(std::string_view line, char separator, Take&& take) {
  std::size_t position = 0;
  if (separator == kBlanks) {
    for (Field field = next_word(line, position); !field.text.empty(); field = next_word(line, position)) take(field);
    return;
  }
  while (true) {
    const std::size_t end = std::min(line.find(separator, position), line.size());
    take(trimmed({line.substr(position, end - position), static_cast<int>(position) + 1}));
    if (end == line.size()) return;
    position = end + 1;
  }
}

std::string_view without_comment(std::string_view line) { return line.substr(0, line.find('#')); }

bool is_header(std::string_view line, char separator) {
  bool any_number = false;
  split(line, separator, [&](Field field) { any_number = any_number || is_number(field.text); });
  return !any_number;
}

/// A number of row `row`; in the first row a name among numbers is more likely a line of column names.
double parse_entry(const TextLines& lines, Field field, std::int64_t row) {
  if (row == 0 && !field.text.empty() && field.text.find(',') == std::string_view::npos && !is_number(field.text)) {
    throw InputError(lines.place(field.column), fmt::format("{} is not a number", quoted(field.text)),
                     "a line of column names holds no numbers, or begins with #");
  }
  return parse_real(lines, field);
}

}  // namespace

DenseMatrix read_csv(const InputFile& file) {
  TextLines lines(file);
  std::vector<double> values;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  char separator = kBlanks;
  bool names_allowed = true;
  while (lines.next_with_content('#')) {
    const std::string_view line = without_comment(lines.line());
    // Column names may be separated in another way than the numbers: the first line of numbers is asked again.
    if (rows == 0) separator = separator_of(line);
    if (std::exchange(names_allowed, false) && is_header(line, separator)) continue;
    std::int64_t column = 0;
    split(line, separator, [&](Field field) {
      const double value = parse_entry(lines, field, rows);
      if (!std::isfinite(value)) throw_not_finite(lines.place(field.column), rows, column, value);
      values.push_back(value);
      ++column;
    });
    if (rows == 0) columns = column;
    if (column != columns) {
      throw InputError(lines.place(1), fmt::format("row {} has {} number{}, but row 0 has {}", rows, column,
                                                   column == 1 ? "" : "s", columns));
    }
    ++rows;
  }
  if (rows == 0) throw InputError(lines.place(), "the file holds no numbers");
  return Eigen::Map<const DenseMatrix>(values.data(), rows, columns);
}

}  // namespace limes::coupling
