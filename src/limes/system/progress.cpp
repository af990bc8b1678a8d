#include "limes/system/progress.hpp"

#include <fmt/format.h>

namespace limes::system {

void Progress::add(std::int64_t amount) {
  const std::int64_t done = done_.fetch_add(amount, std::memory_order_relaxed) + amount;
  const std::unique_lock lock(reporting_, std::try_to_lock);
  if (!lock) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100) && done - reported_ < total_ / 100) return;
  last_ = now;
  reported_ = done;
  if (context_.progress) context_.progress(static_cast<double>(done) / static_cast<double>(total_), "simulation");
}

std::uint64_t fnv1a(const void* data, std::size_t bytes, std::uint64_t hash) {
  const auto* octets = static_cast<const unsigned char*>(data);
  for (std::size_t k = 0; k < bytes; ++k) hash = (hash ^ octets[k]) * 0x100000001B3ULL;
  return hash;
}

std::string SavedStates::full_name(const std::string& name) const {
  return fmt::format("{}-{:016x}-{}", prefix_, fnv1a(identity_.data(), identity_.size()), name);
}

void SavedStates::save(const std::string& name, const std::string& bytes) {
  if (store_ == nullptr) return;
  const std::lock_guard lock(access_);
  store_->save(full_name(name), identity_ + '\n' + bytes);
}

std::optional<std::string> SavedStates::load(const std::string& name) const {
  if (store_ == nullptr) return std::nullopt;
  const std::lock_guard lock(access_);
  const auto bytes = store_->load(full_name(name));
  if (!bytes || !bytes->starts_with(identity_ + '\n')) return std::nullopt;
  return bytes->substr(identity_.size() + 1);
}

}  // namespace limes::system
