#include "limes/experiment/report_verdict.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cmath>

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

/// What the description is and what it ignores, as its first branch that networks settle on says.
std::string meaning_of(const std::string& description, const nlohmann::ordered_json& result) {
  std::string first;
  for (const auto& branch : list_of(result, "branches")) {
    const auto meaning = text_of(branch, "description");
    if (description_of(text_of(branch, "branch")) != description || meaning.empty()) continue;
    if (branch.contains("realisations") && number_of(branch["realisations"]) > 0.0) return meaning;
    if (first.empty()) first = meaning;
  }
  return first;
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
  if (verdict == "not_applicable") return "Side by side, not judged: the theory is not exact here";
  return "Nothing to compare";
}

/// P(X >= k) for a binomial X of n trials with chance p.
double binomial_upper(int n, int k, double p) {
  double below = 0.0;
  for (int i = 0; i < k; ++i) {
    below += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) + i * std::log(p) +
                      (n - i) * std::log1p(-p));
  }
  return std::max(0.0, 1.0 - below);
}

/// Of a sweep: each point is judged by itself, so that one in a hundred may disagree by chance.
void sweep_headline(const nlohmann::ordered_json& sweep, Headline& headline) {
  constexpr double kLevel = 0.01;
  const auto& points = object_of(sweep, "point_verdicts");
  const auto count = [&](const char* verdict) {
    return points.contains(verdict) ? static_cast<int>(number_of(points[verdict])) : 0;
  };
  const int agree = count("agree"), finite_size = count("finite_size"), disagree = count("disagree");
  const int judged = agree + finite_size + disagree;
  if (judged == 0) {
    if (count("not_applicable") == 0) return;
    headline.verdict = "not_applicable";
    headline.words = sentence("not_applicable");
    headline.details.push_back(fmt::format("{} points, each with the reason in its entries", count("not_applicable")));
    return;
  }
  const double p = binomial_upper(judged, disagree, kLevel);
  const bool chance = disagree == 0 || p > kLevel;
  headline.verdict = !chance ? "disagree" : finite_size > 0 ? "finite_size" : "agree";
  headline.words = fmt::format("Theory and simulation agree at {} of {} points", agree, judged);
  if (finite_size > 0) headline.words += fmt::format(", up to finite-size shifts at {}", finite_size);
  if (disagree > 0) headline.words += fmt::format(", disagree at {}", disagree);
  headline.details.push_back(fmt::format(
      "each point is judged by itself: a right theory is refused at one point in a hundred{}",
      disagree > 0 && chance ? fmt::format("; as many as here in {:.2g} % of such sweeps", 100.0 * p) : ""));
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
  for (const char* list : {"quantities", "curves", "convergence"}) {
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
    const auto meaning = counts.size() > 1 ? meaning_of(count.description, result) : "";
    headline.details.push_back((counts.size() > 1 ? name + ": " : "") + counted(count) +
                               (meaning.empty() ? "" : " (" + meaning + ")"));
  }
  const auto& comparison = object_of(result, "comparison");
  if (!counts.empty() && comparison.contains("tests") && number_of(comparison["tests"]) > 0.0 &&
      comparison.contains("family_wise_level")) {
    headline.details.push_back(
        fmt::format("{:g} test{}, judged together: a right theory is refused with a chance of {:g} % at most",
                    number_of(comparison["tests"]), number_of(comparison["tests"]) == 1.0 ? "" : "s",
                    100.0 * number_of(comparison["family_wise_level"])));
  }
  const auto status = text_of(result, "status");
  if (status == "not_converged" || status == "diverged" || status == "interrupted") {
    headline.verdict = "problem";
    headline.words = status == "diverged"      ? "The simulation diverged"
                     : status == "interrupted" ? "Interrupted: what was done so far"
                                               : "The theory did not converge";
    headline.details.insert(headline.details.begin(),
                            "What was reached is shown below; it is not a result. Verdicts are provisional.");
    if (result.contains("sweep")) {
      headline.words =
          status == "interrupted" ? "Interrupted: the points finished so far" : "Some points gave no result";
      headline.details.front() = "Points without a result are empty below; the warnings name them.";
    }
    return headline;
  }
  if (result.is_object() && result.contains("sweep")) {
    sweep_headline(result["sweep"], headline);
    if (!headline.verdict.empty()) return headline;
  }
  if (counts.empty()) {
    headline.verdict = "neutral";
    bool theory = false, simulation = false;
    for (const auto& entry : list_of(result, "quantities")) {
      theory = theory || !object_of(entry, "theory").empty();
      simulation = simulation || !object_of(entry, "simulation").empty();
    }
    for (const auto& entry : list_of(result, "curves")) {
      theory = theory || !list_of(entry, "theory").empty();
      simulation = simulation || !list_of(entry, "simulation").empty();
    }
    const bool diagram = result.is_object() && result.contains("continuation");
    headline.words = diagram && simulation   ? "The branches of the theory, and networks beside them"
                     : theory && !simulation ? "Theory only"
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
