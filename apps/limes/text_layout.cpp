#include "text_layout.hpp"

#include <algorithm>
#include <sstream>

namespace limes::app {

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not a continuation byte
  }));
}

std::string padded(const std::string& text, std::size_t columns, bool right) {
  const std::size_t used = width(text);
  std::string result = text;
  if (used < columns) result.insert(right ? 0 : result.size(), columns - used, ' ');
  return result;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && width(line) + 1 + width(word) > columns) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty() || lines.empty()) lines.push_back(line);
  return lines;
}

std::string paragraph(const std::string& text, std::size_t indent, std::size_t page) {
  std::string result;
  for (const std::string& line : wrapped(text, page - indent)) {
    result.append(indent, ' ');
    result += line;
    result += '\n';
  }
  return result;
}

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows,
                  std::size_t indent, std::size_t page) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::size_t widest = width(columns[c].head);
    for (const auto& row : rows) widest = std::max(widest, width(row[c]));
    widths.push_back(widest);
  }
  std::size_t before_last = indent;
  for (std::size_t c = 0; c + 1 < columns.size(); ++c) before_last += widths[c] + 2;
  // A last column of fewer than 24 characters can't be read: the page then grows instead.
  const std::size_t last = std::max<std::size_t>(page > before_last ? page - before_last : 0, 24);

  std::string text;
  const auto add = [&](const std::vector<std::string>& cells) {
    std::string line(indent, ' ');
    for (std::size_t c = 0; c + 1 < cells.size(); ++c) line += padded(cells[c], widths[c], columns[c].right) + "  ";
    const bool fits = width(cells.back()) <= last;
    const auto lines = fits ? std::vector<std::string>{cells.back()} : wrapped(cells.back(), last);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) line.assign(before_last, ' ');
      line +=
          lines.size() == 1 && columns.back().right ? padded(lines[i], std::min(widths.back(), last), true) : lines[i];
      line.erase(line.find_last_not_of(' ') + 1);
      text += line;
      text += '\n';
    }
  };
  std::vector<std::string> heads;
  bool has_heads = false;
  for (const Column& column : columns) {
    heads.push_back(column.head);
    has_heads = has_heads || !column.head.empty();
  }
  if (has_heads) add(heads);
  for (const auto& row : rows) add(row);
  return text;
}

}  // namespace limes::app
