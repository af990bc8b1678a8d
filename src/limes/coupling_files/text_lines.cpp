#include "limes/coupling_files/text_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace limes::coupling {

namespace {

constexpr std::string_view kBlank = " \t\v\f";

/// Position of the first byte that does not belong to valid UTF-8 text, or npos. RFC 3629; zero bytes are no text.
std::size_t first_invalid_byte(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  for (std::size_t k = 0; k < text.size();) {
    const unsigned char lead = byte(k);
    if (lead == 0) return k;
    if (lead < 0x80) {
      ++k;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || k + length > text.size()) return k;
    for (std::size_t j = 1; j < length; ++j) {
      if ((byte(k + j) & 0xC0) != 0x80) return k;
    }
    const unsigned char second = byte(k + 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate_or_beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    if (overlong || surrogate_or_beyond) return k;
    k += length;
  }
  return std::string_view::npos;
}

/// Skips a leading +, which std::from_chars does not take.
std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  return text;
}

/// True if the whole text is a number; overflow gives infinity and underflow 0.
bool read_real(std::string_view text, double& value) {
  text = without_plus(text);
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || status == std::errc::invalid_argument) return false;
  if (status == std::errc::result_out_of_range) {
    // from_chars does not say which way: strtod gives 0 (or a denormal) or infinity.
    value = std::strtod(std::string(text).c_str(), nullptr);
  }
  return true;
}

}  // namespace

TextLines::TextLines(const InputFile& file) : path_(file.path()), rest_(file.bytes()) {
  const std::string_view head = rest_.substr(0, 4096);
  const Place first{path_, 1, 1, {}};
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    throw InputError(first, "the file is UTF-16 text", "save it as UTF-8");
  }
  if (head.starts_with("\x1F\x8B") || head.starts_with("PK\x03\x04") || head.starts_with("BZh")) {
    throw InputError(first, "the file is compressed", "unpack it first");
  }
  if (head.find('\0') != std::string_view::npos) {
    throw InputError(first, "the file holds binary data, not text",
                     "formats that can be read: Matrix Market, CSV, NPY, NPZ, HDF5");
  }
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

bool TextLines::next() {
  if (rest_.empty()) return false;
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  ++number_;
  check_text();
  return true;
}

void TextLines::check_text() const {
  // Nearly every line is plain ASCII: one pass without branches.
  bool plain = true;
  for (const char character : line_) plain &= static_cast<signed char>(character) > 0;
  if (plain) return;
  const std::size_t bad = first_invalid_byte(line_);
  if (bad == std::string_view::npos) return;
  throw InputError(place(static_cast<int>(bad) + 1),
                   fmt::format("byte 0x{:02X} is not UTF-8 text", static_cast<unsigned char>(line_[bad])),
                   "save the file as UTF-8");
}

bool TextLines::next_with_content(char comment) {
  while (next()) {
    const std::size_t first = line_.find_first_not_of(kBlank);
    if (first != std::string_view::npos && line_[first] != comment) return true;
  }
  return false;
}

Field next_word(std::string_view line, std::size_t& position) {
  const std::size_t start = std::min(line.find_first_not_of(kBlank, position), line.size());
  position = std::min(line.find_first_of(kBlank, start), line.size());
  return {line.substr(start, position - start), static_cast<int>(start) + 1};
}

Field trimmed(Field field) {
  const std::size_t start = field.text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {field.text.substr(0, 0), field.column};
  const std::size_t end = field.text.find_last_not_of(kBlank);
  return {field.text.substr(start, end - start + 1), field.column + static_cast<int>(start)};
}

bool is_number(std::string_view text) {
  double value = 0.0;
  return read_real(text, value);
}

double parse_real(const TextLines& lines, Field field) {
  double value = 0.0;
  if (read_real(field.text, value)) return value;
  std::string mend;
  if (field.text.empty()) {
    throw InputError(lines.place(field.column), "a number is missing here");
  }
  if (field.text.find(',') != std::string_view::npos) mend = "write decimal numbers with a point";
  throw InputError(lines.place(field.column), fmt::format("{} is not a number", quoted(field.text)), mend);
}

std::int64_t parse_count(const TextLines& lines, Field field, std::string_view what) {
  std::int64_t value = 0;
  const std::string_view text = without_plus(field.text);
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc::result_out_of_range) {
    throw InputError(lines.place(field.column), fmt::format("{} {} is too large", what, quoted(field.text)));
  }
  if (status != std::errc{} || end != text.data() + text.size() || value < 0) {
    throw InputError(lines.place(field.column),
                     fmt::format("{} {} is not a whole number from 0 on", what, quoted(field.text)));
  }
  return value;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string shown(text.substr(0, kLongest));
  if (text.size() > kLongest) {
    while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) shown.pop_back();
  }
  for (char& character : shown) {
    if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) character = '?';
  }
  return fmt::format("'{}{}'", shown, text.size() > kLongest ? "..." : "");
}

void throw_not_finite(const Place& place, std::int64_t row, std::int64_t column, double value) {
  const std::string_view name = std::isnan(value) ? "NaN" : value > 0.0 ? "infinite" : "minus infinity";
  throw InputError(place, fmt::format("entry ({}, {}) (row, column, from 0) is {}", row, column, name),
                   "every entry must be a finite number");
}

}  // namespace limes::coupling
