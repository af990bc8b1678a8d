#include "limes/experiment/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "limes/experiment/report_assets.hpp"
#include "limes/experiment/report_text.hpp"
#include "limes/experiment/report_verdict.hpp"

namespace limes::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json sample(const std::string& name) {
  std::ifstream input(std::string(LIMES_SOURCE_DIR) + "/tests/experiment/data/" + name);
  return Json::parse(input);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++number;
  return number;
}

Json quantity(const std::string& name, const std::string& branch, const std::string& verdict) {
  return {{"name", name},
          {"branch", branch},
          {"theory", {{"value", 1.0}, {"error", 0.0}}},
          {"simulation", {{"value", 1.0}, {"standard_error", 0.1}, {"samples", 8}}},
          {"z", 0.0},
          {"verdict", verdict}};
}

TEST(Report, HoldsACardForEachJudgedQuantityAndARowForEachEntry) {
  const auto result = sample("sample_result.json");
  const auto page = report_html(result);
  EXPECT_EQ(count(page, "<article class=\"card"), 9U);
  EXPECT_EQ(count(page, "<figure data-figure="), 4U);
  EXPECT_EQ(count(page, "<tbody><tr><th scope=\"row\">") + count(page, "<tbody class=\"more\">"),
            result["quantities"].size() + result["branches"].size() + result["parameters"].size());
  EXPECT_NE(page.find("Theory and simulation agree up to finite-size shifts"), std::string::npos);
}

TEST(Report, IsSmallerThanTwoMegabytes) { EXPECT_LT(report_html(sample("sample_connectome.json")).size(), 2000000U); }

TEST(Report, NothingFromTheResultIsRunOrRead) {
  const std::string evil = "</script></style></title><script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
  Json result = sample("sample_result.json");
  result["title"] = evil;
  result["system"] = evil;
  result["status"] = evil;
  result["warnings"] = Json::array({evil});
  result["parameters"][evil] = {{evil, evil}};
  result["provenance"] = {{evil, evil}};
  result["equations"] = Json::array({evil});
  result["references"] = Json::array({evil});
  result["branches"][0]["description"] = evil;
  for (const char* key : {"name", "unit", "meaning", "branch", "note", "verdict"}) result["quantities"][0][key] = evil;
  result["quantities"][1][evil] = {{evil, evil}};
  for (const char* key : {"name", "unit", "branch", "note"}) result["curves"][0][key] = evil;
  result["curves"][0]["axes"][0]["name"] = evil;
  const auto clean = report_html(sample("sample_result.json"));
  const auto page = report_html(result);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(count(page, "<script"), count(clean, "<script"));
  EXPECT_EQ(count(page, "</script"), count(clean, "</script"));
  EXPECT_EQ(count(page, "</style"), count(clean, "</style"));
}

TEST(Report, OpensForWhateverIsInTheResult) {
  for (const char* text :
       {"{}", "[]", "null", R"({"quantities": [null, 3, {}, {"name": 4, "theory": {"value": {}}}], "curves": {}})",
        R"({"parameters": {"network": 3, "a": {}}, "warnings": [1], "seconds": 3, "branches": [[]]})",
        R"({"quantities": [{"name": "v", "verdict": "agree", "z": [null, 3], "theory": {"value": [[1, 2], []]}}]})"}) {
    const auto page = report_html(Json::parse(text));
    EXPECT_NE(page.find("</html>"), std::string::npos) << text;
  }
}

TEST(Report, StatesTheSystemWhereItIsKnown) {
  system::System system;
  system.title = "a model";
  system.equations = {"tau du_i/dt = -u_i"};
  system.when_not_to_believe = {"never & always"};
  system::Parameter gain;
  gain.key = "network.gain";
  gain.meaning = "slope <of f>";
  system.schema.parameters = {gain};
  const auto page = report_html(sample("sample_result.json"), &system);
  EXPECT_NE(page.find("slope &lt;of f&gt;"), std::string::npos);
  Json bare = sample("sample_result.json");
  bare.erase("equations");
  bare.erase("when_not_to_believe");
  EXPECT_NE(report_html(bare, &system).find("never &amp; always"), std::string::npos);
}

TEST(Headline, TheWorstVerdictOfOneTheoryLeads) {
  Json result = {{"status", "ok"},
                 {"quantities", {quantity("a", "static-0", "agree"), quantity("b", "static-0", "not_applicable")}}};
  EXPECT_EQ(headline_of(result).verdict, "agree");
  result["quantities"].push_back(quantity("c", "fluctuating-1", "finite_size"));
  EXPECT_EQ(headline_of(result).verdict, "finite_size");
  result["quantities"].push_back(quantity("d", "fluctuating-1", "disagree"));
  EXPECT_EQ(headline_of(result).words, "Theory and simulation disagree");
}

TEST(Headline, DescriptionsOfOneNetworkAreJudgedApart) {
  const Json result = {
      {"status", "ok"},
      {"branches",
       {{{"branch", "quenched-0"}, {"description", "ignores pairs"}}, {{"branch", "iid_surrogate/static-0"}}}},
      {"quantities", {quantity("a", "quenched-0", "agree"), quantity("a", "iid_surrogate/static-0", "disagree")}}};
  const auto headline = headline_of(result);
  EXPECT_EQ(headline.verdict, "mixed");
  EXPECT_EQ(headline.words, "Quenched: agrees; iid surrogate: disagrees");
  ASSERT_GE(headline.details.size(), 2U);
  EXPECT_EQ(headline.details[0], "quenched: 1 agree (ignores pairs)");
  EXPECT_EQ(headline.details[1], "iid surrogate: 1 disagree");
}

TEST(Headline, TheLimitIsNamedAfterTheBranchThatNetworksSettleOn) {
  const Json result = {{"status", "ok"},
                       {"branches",
                        {{{"branch", "static-0"}, {"description", "constant"}, {"realisations", 0}},
                         {{"branch", "fluctuating-0"}, {"description", "chaotic"}, {"realisations", 6}},
                         {{"branch", "ensemble"}, {"description", "limits of the matrix"}, {"realisations", 6}}}},
                       {"quantities", {quantity("a", "fluctuating-0", "agree"), quantity("b", "ensemble", "agree")}}};
  const auto headline = headline_of(result);
  ASSERT_GE(headline.details.size(), 2U);
  EXPECT_EQ(headline.details[0], "limit theory: 1 agree (chaotic)");
}

TEST(Headline, AProblemIsNeverPassedOffAsAResult) {
  for (const char* status : {"not_converged", "diverged", "interrupted"}) {
    const Json result = {{"status", status}, {"quantities", Json::array({quantity("a", "static-0", "agree")})}};
    EXPECT_EQ(headline_of(result).verdict, "problem") << status;
  }
}

TEST(ReportText, ValuesAreRoundedToWhatTheirErrorAllows) {
  EXPECT_EQ(with_error_html(1.20987, 0.0123), "1.210 <span class=\"error\">± 0.012</span>");
  EXPECT_EQ(with_error_html(-0.5, 0.25), "−0.50 <span class=\"error\">± 0.25</span>");
  EXPECT_EQ(with_error_html(1.2345678901, 1e-9), "1.234568 <span class=\"error\">± 1×10<sup>−9</sup></span>");
  EXPECT_EQ(with_error_html(-2.5e-19, 1e-10), "0 <span class=\"error\">± 1×10<sup>−10</sup></span>");
  EXPECT_EQ(with_error_html(1.5, NAN), "1.5");
  EXPECT_EQ(with_error_html(NAN, 0.1), "–");
  EXPECT_EQ(with_error_html(123456.0, 3000.0), "1.235×10<sup>5</sup> <span class=\"error\">± 3×10<sup>3</sup></span>");
}

TEST(ReportText, ComplexNumbersAndArrays) {
  EXPECT_EQ(values_html({0.25, -0.5}, nullptr, true), "0.25 − 0.5 <i>i</i>");
  EXPECT_EQ(values_html({0.25, -0.5}, nullptr, false), "0.25<br>−0.5");
  EXPECT_EQ(values_html(nullptr, nullptr, false), "–");
}

TEST(ReportText, ScriptDataCannotEndItsElement) {
  const auto text = json_for_script({{"a", "</script><!-- & \xE2\x80\xA8"}});
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(Json::parse(text)["a"], "</script><!-- & \xE2\x80\xA8");
}

TEST(ReportText, Equations) {
  EXPECT_EQ(equation_html("tau du_i/dt = -u_i + sum_j J_ij f(u_j)"),
            "<i>τ</i> d<i>u</i><sub><i>i</i></sub>/d<i>t</i> = −<i>u</i><sub><i>i</i></sub> + ∑<sub><i>j</i></sub> "
            "<i>J</i><sub><i>ij</i></sub> <i>f</i>(<i>u</i><sub><i>j</i></sub>)");
  EXPECT_EQ(equation_html("g^2 <= 1"), "<i>g</i><sup>2</sup> ≤ 1");
  EXPECT_EQ(equation_html("a mean-field theory"), "a mean-field theory");
  EXPECT_EQ(equation_html("x_{t-1} <b>"), "<i>x</i><sub><i>t</i>−1</sub> &lt;<i>b</i>&gt;");
  for (const char* odd : {"_", "^", "x_", "x^", "x_{", "\\", "\\gamma", "", "x__y^^z", "x_{}", "^-"}) {
    EXPECT_NO_THROW((void)equation_html(odd)) << odd;
  }
}

TEST(ReportAssets, AreEmbeddedWhole) {
  EXPECT_NE(report_style().find("@media print"), std::string_view::npos);
  EXPECT_NE(report_script().find("limes_modules.load"), std::string_view::npos);
  for (const auto& module : library_modules()) {
    EXPECT_GT(module.text.size(), 100U) << module.name;
    EXPECT_EQ(module.text.find("</script"), std::string_view::npos) << module.name;
  }
}

}  // namespace
}  // namespace limes::experiment
