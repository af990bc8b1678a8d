#include "limes/experiment/report_verdict.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>

#include "limes/experiment/figure_reading.hpp"
#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

std::string description_of(const std::string& branch) {
  std::string name = branch.substr(0, branch.find('/'));
  auto end = name.size();
  while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1])) != 0) --end;
  if (end > 0 && end < name.size() && name[end - 1] == '-') name.resize(end - 1);
  return name == "static" || name == "fluctuating" ? "" : name;
}

std::string counted(const VerdictCount& count) {
  std::string words;
  const auto add = [&](int number, const char* what) {
    if (number > 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", number, what);
  };
  add(count.agree, "agree");
  add(count.finite_size, count.finite_size == 1 ? "finite-size shift" : "finite-size shifts");
  add(count.disagree, "disagree");
  add(count.not_applicable, "not applicable");
  return words;
}

std::string readable(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string sentence(const std::string& verdict) {
  if (verdict == "agree") return "Theory and simulation agree";
  if (verdict == "finite_size") return "Theory and simulation agree up to finite-size shifts";
  if (verdict == "disagree") return "Theory and simulation disagree";
  if (verdict == "not_applicable") return "The theory does not apply here";
  return "Nothing to compare";
}

}  // namespace

int severity(const std::string& verdict) {
  if (verdict == "disagree") return 4;
  if (verdict == "finite_size") return 3;
  if (verdict == "agree") return 2;
  return verdict == "not_applicable" ? 1 : 0;
}

std::string verdict_words(const std::string& verdict) { return readable(verdict); }

std::string verdict_pill(const std::string& verdict) {
  if (severity(verdict) == 0) return {};
  const char* sign = verdict == "agree" ? "✓" : verdict == "finite_size" ? "≈" : verdict == "disagree" ? "✕" : "–";
  return fmt::format("<span class=\"pill v-{}\"><span aria-hidden=\"true\">{}</span> {}</span>", verdict, sign,
                     readable(verdict));
}

std::string VerdictCount::verdict() const {
  if (disagree > 0) return "disagree";
  if (finite_size > 0) return "finite_size";
  if (agree > 0) return "agree";
  return not_applicable > 0 ? "not_applicable" : "";
}

std::vector<VerdictCount> count_verdicts(const nlohmann::ordered_json& result) {
  std::vector<VerdictCount> counts;
  for (const char* list : {"quantities", "curves"}) {
    for (const auto& entry : list_of(result, list)) {
      const auto verdict = text_of(entry, "verdict");
      if (severity(verdict) == 0) continue;
      const auto description = description_of(text_of(entry, "branch"));
      auto found = std::find_if(counts.begin(), counts.end(),
                                [&](const VerdictCount& count) { return count.description == description; });
      if (found == counts.end()) found = counts.insert(counts.end(), VerdictCount{description});
      if (verdict == "agree") ++found->agree;
      if (verdict == "finite_size") ++found->finite_size;
      if (verdict == "disagree") ++found->disagree;
      if (verdict == "not_applicable") ++found->not_applicable;
    }
  }
  return counts;
}

Headline headline_of(const nlohmann::ordered_json& result) {
  Headline headline;
  const auto counts = count_verdicts(result);
  for (const auto& count : counts) {
    const auto name = count.description.empty() ? "limit theory" : readable(count.description);
    headline.details.push_back(counts.size() > 1 ? name + ": " + counted(count) : counted(count));
  }
  const auto& comparison = object_of(result, "comparison");
  if (!counts.empty() && comparison.contains("tests") && comparison.contains("family_wise_level")) {
    headline.details.push_back(
        fmt::format("{:g} tests, judged together: a right theory is refused with a chance of {:g} % at most",
                    number_of(comparison["tests"]), 100.0 * number_of(comparison["family_wise_level"])));
  }
  const auto status = text_of(result, "status");
  if (status == "not_converged" || status == "diverged" || status == "interrupted") {
    headline.verdict = "problem";
    headline.words = status == "diverged"      ? "The simulation diverged"
                     : status == "interrupted" ? "Interrupted: what was done so far"
                                               : "The theory did not converge";
    headline.details.insert(headline.details.begin(),
                            "What was reached is shown below; it is not a result. Verdicts are provisional.");
    return headline;
  }
  if (counts.empty()) {
    headline.verdict = "neutral";
    bool theory = false, simulation = false;
    for (const auto& entry : list_of(result, "quantities")) {
      theory = theory || !object_of(entry, "theory").empty();
      simulation = simulation || !object_of(entry, "simulation").empty();
    }
    headline.words = theory && !simulation   ? "Theory only"
                     : simulation && !theory ? "Simulation only"
                                             : "Nothing to compare";
    return headline;
  }
  if (counts.size() == 1) {
    headline.verdict = counts.front().verdict();
    headline.words = sentence(headline.verdict);
    return headline;
  }
  // Several descriptions of one network: each has its own verdict, and the best of them leads.
  for (const auto& count : counts) {
    const auto verdict = count.verdict();
    const auto name = count.description.empty() ? "limit theory" : readable(count.description);
    headline.words += (headline.words.empty() ? "" : "; ") + name + ": " +
                      (verdict == "agree"         ? "agrees"
                       : verdict == "disagree"    ? "disagrees"
                       : verdict == "finite_size" ? "agrees up to finite-size shifts"
                                                  : "not applicable");
    const bool better =
        severity(headline.verdict) <= 1 || (severity(verdict) > 1 && severity(verdict) < severity(headline.verdict));
    if (better) headline.verdict = verdict;
  }
  if (!headline.words.empty()) {
    headline.words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(headline.words[0])));
  }
  const bool disagreement =
      std::any_of(counts.begin(), counts.end(), [](const VerdictCount& count) { return count.disagree > 0; });
  if (disagreement && headline.verdict != "disagree") headline.verdict = "mixed";
  return headline;
}

}  // namespace limes::experiment
