#include "limes/coupling_files/matrix_market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "limes/base/errors.hpp"
#include "limes/coupling_files/text_lines.hpp"

namespace limes::coupling {

namespace {

constexpr std::int64_t kMostUnits = 10'000'000;  // a size line alone allocates N + 1 row starts
constexpr double kSparseDensity = 0.1;           // at and above it, a dense matrix is smaller and faster

enum class Symmetry { kGeneral, kSymmetric, kSkew };

struct Header {
  bool coordinate = true;
  bool pattern = false;
  bool integer = false;
  Symmetry symmetry = Symmetry::kGeneral;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

Header read_header(TextLines& lines) {
  constexpr const char* kMend = "the first line must read like '%%MatrixMarket matrix coordinate real general'";
  if (!lines.next()) throw InputError(lines.place(), "the Matrix Market header is missing", kMend);
  std::size_t position = 0;
  const Field banner = next_word(lines.line(), position);
  if (lower(banner.text) != "%%matrixmarket") {
    throw InputError(lines.place(1), "this is not a Matrix Market header", kMend);
  }
  Header header;
  const auto word = [&](std::initializer_list<std::string_view> known, std::string_view refused_because) {
    const Field field = next_word(lines.line(), position);
    const std::string found = lower(field.text);
    for (std::size_t k = 0; k < known.size(); ++k) {
      if (found == known.begin()[k]) return k;
    }
    throw InputError(lines.place(field.column),
                     fmt::format("the Matrix Market header says {}, {}", quoted(field.text), refused_because), kMend);
  };
  (void)word({"matrix"}, "but only 'matrix' is read");
  header.coordinate = word({"coordinate", "array"}, "but only 'coordinate' and 'array' exist") == 0;
  const std::size_t kind =
      word({"real", "double", "integer", "pattern"}, "but couplings are 'real', 'integer' or 'pattern'");
  header.integer = kind == 2;
  header.pattern = kind == 3;
  header.symmetry = static_cast<Symmetry>(
      word({"general", "symmetric", "skew-symmetric"}, "but couplings are 'general', 'symmetric' or 'skew-symmetric'"));
  if (header.pattern && !header.coordinate) throw InputError(lines.place(1), "an array cannot be a pattern", kMend);
  if (header.pattern && header.symmetry == Symmetry::kSkew) {
    throw InputError(lines.place(1), "a pattern cannot be skew-symmetric", kMend);
  }
  return header;
}

struct Sizes {
  std::int64_t units = 0;
  std::int64_t entries = 0;
};

Sizes read_sizes(TextLines& lines, const Header& header) {
  if (!lines.next_with_content('%')) throw InputError(lines.place(), "the file ends before its size line");
  const std::size_t expected = header.coordinate ? 3 : 2;
  std::vector<std::int64_t> numbers;
  std::size_t position = 0;
  for (Field field = next_word(lines.line(), position); !field.text.empty();
       field = next_word(lines.line(), position)) {
    if (numbers.size() == expected) {
      throw InputError(lines.place(field.column), fmt::format("the size line has more than {} numbers", expected));
    }
    numbers.push_back(parse_count(lines, field, "the size"));
  }
  if (numbers.size() < expected) {
    throw InputError(lines.place(1),
                     fmt::format("the size line has {} numbers instead of {}", numbers.size(), expected),
                     header.coordinate ? "it reads: rows columns entries" : "it reads: rows columns");
  }
  if (numbers[0] != numbers[1]) {
    throw InputError(lines.place(1), fmt::format("the matrix is {} x {}, but couplings need as many rows as columns",
                                                 numbers[0], numbers[1]));
  }
  if (numbers[0] == 0) throw InputError(lines.place(1), "the matrix has no units (0 x 0)");
  if (numbers[0] > kMostUnits) {
    throw InputError(lines.place(1),
                     fmt::format("the matrix has {} units; at most {} can be read", numbers[0], kMostUnits));
  }
  Sizes sizes{.units = numbers[0], .entries = 0};
  if (header.coordinate) {
    sizes.entries = numbers[2];
  } else if (header.symmetry == Symmetry::kGeneral) {
    sizes.entries = sizes.units * sizes.units;
  } else {
    sizes.entries = sizes.units * (sizes.units + (header.symmetry == Symmetry::kSkew ? -1 : 1)) / 2;
  }
  // Checked before anything is allocated: an entry takes at least two bytes per number ("1\n").
  const std::int64_t numbers_per_entry = !header.coordinate ? 1 : header.pattern ? 2 : 3;
  const auto most = static_cast<std::int64_t>(lines.bytes_left() / 2 + 1) / numbers_per_entry;
  if (sizes.entries > most) {
    throw InputError(
        lines.place(1),
        fmt::format("the size line promises {} entries, but the rest of the file is too short for more than {}",
                    sizes.entries, most),
        "the file is truncated or its size line is wrong");
  }
  return sizes;
}

/// The values of the next line that has any, checked for their number.
void read_line(TextLines& lines, std::size_t expected, std::int64_t done, std::int64_t promised, Field* fields) {
  if (!lines.next_with_content('%')) {
    throw InputError(lines.place(), fmt::format("the file ends after {} of {} entries", done, promised),
                     "the file is truncated or its size line is wrong");
  }
  std::size_t position = 0;
  for (std::size_t k = 0; k < expected; ++k) {
    fields[k] = next_word(lines.line(), position);
    if (fields[k].text.empty()) {
      throw InputError(lines.place(fields[k].column),
                       fmt::format("the entry has {} numbers instead of {}", k, expected));
    }
  }
  if (const Field extra = next_word(lines.line(), position); !extra.text.empty()) {
    throw InputError(lines.place(extra.column), fmt::format("the entry has more than {} numbers", expected));
  }
}

std::int64_t read_index(const TextLines& lines, Field field, std::int64_t units, const char* what) {
  const std::int64_t index = parse_count(lines, field, what);
  if (index < 1 || index > units) {
    throw InputError(lines.place(field.column),
                     fmt::format("{} {} is out of range: the matrix is {} x {}", what, index, units, units),
                     "Matrix Market counts from 1");
  }
  return index - 1;
}

double read_value(const TextLines& lines, Field field, std::int64_t row, std::int64_t column, const Header& header) {
  const double value = parse_real(lines, field);
  if (!std::isfinite(value)) throw_not_finite(lines.place(field.column), row, column, value);
  if (header.integer && value != std::floor(value)) {
    throw InputError(lines.place(field.column),
                     fmt::format("{} is not an integer, as the header says", quoted(field.text)));
  }
  return value;
}

void check_end(TextLines& lines, std::int64_t promised) {
  if (lines.next_with_content('%')) {
    throw InputError(lines.place(1), fmt::format("there are more entries than the {} of the size line", promised));
  }
}

void check_triangle(const Place& place, const Header& header, std::int64_t row, std::int64_t column, double value) {
  if (header.symmetry == Symmetry::kGeneral) return;
  const char* name = header.symmetry == Symmetry::kSkew ? "skew-symmetric" : "symmetric";
  if (column > row) {
    throw InputError(place, fmt::format("entry ({}, {}) lies above the diagonal of a {} matrix", row, column, name),
                     "only the lower triangle is listed, or the header must say 'general'");
  }
  if (header.symmetry == Symmetry::kSkew && row == column && value != 0.0) {
    throw InputError(place, fmt::format("entry ({}, {}) lies on the diagonal of a skew-symmetric matrix", row, column));
  }
}

Matrix read_coordinates(TextLines& lines, const Header& header, const Sizes& sizes) {
  std::vector<Eigen::Triplet<double, int>> entries;
  entries.reserve(static_cast<std::size_t>(sizes.entries) * (header.symmetry == Symmetry::kGeneral ? 1 : 2));
  for (std::int64_t done = 0; done < sizes.entries; ++done) {
    Field fields[3];
    read_line(lines, header.pattern ? 2 : 3, done, sizes.entries, fields);
    const std::int64_t row = read_index(lines, fields[0], sizes.units, "row");
    const std::int64_t column = read_index(lines, fields[1], sizes.units, "column");
    const double value = header.pattern ? 1.0 : read_value(lines, fields[2], row, column, header);
    check_triangle(lines.place(1), header, row, column, value);
    entries.emplace_back(static_cast<int>(row), static_cast<int>(column), value);
    if (header.symmetry != Symmetry::kGeneral && row != column) {
      entries.emplace_back(static_cast<int>(column), static_cast<int>(row),
                           header.symmetry == Symmetry::kSkew ? -value : value);
    }
  }
  check_end(lines, sizes.entries);
  if (entries.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw InputError(lines.place(),
                     fmt::format("the matrix has {} entries; at most 2^31 - 1 can be read", entries.size()));
  }
  SparseMatrix sparse(sizes.units, sizes.units);
  sparse.setFromTriplets(entries.begin(), entries.end());  // sums entries that are given twice
  for_each_entry(sparse, [&](Eigen::Index row, Eigen::Index column, double value) {
    if (!std::isfinite(value)) throw_not_finite(lines.place(), row, column, value);  // a sum that overflowed
  });
  sparse.prune([](Eigen::Index, Eigen::Index, double value) { return value != 0.0; });
  const double units = static_cast<double>(sizes.units);
  if (static_cast<double>(sparse.nonZeros()) < kSparseDensity * units * units) return sparse;
  return DenseMatrix(sparse);
}

Matrix read_array(TextLines& lines, const Header& header, const Sizes& sizes) {
  DenseMatrix matrix = DenseMatrix::Zero(sizes.units, sizes.units);
  std::int64_t done = 0;
  for (std::int64_t column = 0; column < sizes.units; ++column) {  // arrays are listed column by column
    const std::int64_t first =
        header.symmetry == Symmetry::kGeneral ? 0 : column + (header.symmetry == Symmetry::kSkew ? 1 : 0);
    for (std::int64_t row = first; row < sizes.units; ++row) {
      Field field;
      read_line(lines, 1, done++, sizes.entries, &field);
      matrix(row, column) = read_value(lines, field, row, column, header);
      if (header.symmetry == Symmetry::kSymmetric) matrix(column, row) = matrix(row, column);
      if (header.symmetry == Symmetry::kSkew) matrix(column, row) = -matrix(row, column);
    }
  }
  check_end(lines, sizes.entries);
  return matrix;
}

}  // namespace

Matrix read_matrix_market(const InputFile& file) {
  TextLines lines(file);
  const Header header = read_header(lines);
  const Sizes sizes = read_sizes(lines, header);
  return header.coordinate ? read_coordinates(lines, header, sizes) : read_array(lines, header, sizes);
}

}  // namespace limes::coupling
