#include "limes/system/journal_files.hpp"

#include <utility>

namespace limes::system {

namespace {

constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

JournalFiles::JournalFiles(CheckpointStore* store) : store_(store) {
  if (store_ == nullptr) return;
  std::string known;
  for (auto bytes = store_->load(name()); bytes; bytes = store_->load(name())) {
    known += *bytes;
    ++count_;
  }
  journal_ = Journal(std::move(known), [this](const std::string& bytes) { add(bytes); });
}

std::string JournalFiles::name() const { return "journal " + std::to_string(count_); }

void JournalFiles::add(const std::string& bytes) {
  waiting_ += bytes;
  if (std::chrono::steady_clock::now() - last_ > kInterval) save();
}

void JournalFiles::save() {
  last_ = std::chrono::steady_clock::now();
  if (waiting_.empty()) return;
  store_->save(name(), waiting_);
  waiting_.clear();
  ++count_;
}

}  // namespace limes::system
