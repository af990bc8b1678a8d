#include "limes/base/errors.hpp"

#include <fmt/format.h>

namespace limes {

std::string Place::text() const {
  std::string text = file;
  if (line > 0) text += fmt::format(":{}", line);
  if (line > 0 && column > 0) text += fmt::format(":{}", column);
  if (text.empty()) return key;
  return text;
}

namespace {
std::string compose(const Place& place, const std::string& message, const std::string& mend) {
  std::string text = place.text();
  if (!text.empty()) text += ": ";
  text += message;
  if (!mend.empty()) text += "; " + mend;
  return text;
}
}  // namespace

Error::Error(Place place, std::string message, std::string mend)
    : std::runtime_error(compose(place, message, mend)),
      place_(std::move(place)),
      message_(std::move(message)),
      mend_(std::move(mend)) {}

}  // namespace limes
