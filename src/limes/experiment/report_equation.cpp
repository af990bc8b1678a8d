#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "limes/experiment/report_text.hpp"

namespace limes::experiment {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kLetters = {
    Pair{"alpha", "α"}, Pair{"beta", "β"},  Pair{"gamma", "γ"}, Pair{"delta", "δ"},  Pair{"epsilon", "ε"},
    Pair{"zeta", "ζ"},  Pair{"eta", "η"},   Pair{"theta", "θ"}, Pair{"kappa", "κ"},  Pair{"lambda", "λ"},
    Pair{"mu", "μ"},    Pair{"nu", "ν"},    Pair{"xi", "ξ"},    Pair{"pi", "π"},     Pair{"rho", "ρ"},
    Pair{"sigma", "σ"}, Pair{"tau", "τ"},   Pair{"phi", "φ"},   Pair{"chi", "χ"},    Pair{"psi", "ψ"},
    Pair{"omega", "ω"}, Pair{"Delta", "Δ"}, Pair{"Gamma", "Γ"}, Pair{"Lambda", "Λ"}, Pair{"Phi", "Φ"},
    Pair{"Psi", "Ψ"},   Pair{"Omega", "Ω"}, Pair{"Sigma", "Σ"}, Pair{"Theta", "Θ"},  Pair{"thetabar", "θ̄"},
    Pair{"Jbar", "J̄"},  Pair{"ubar", "ū"},  Pair{"mbar", "m̄"}};
constexpr std::array kOperators = {Pair{"sum", "∑"},      Pair{"prod", "∏"}, Pair{"int", "∫"},
                                   Pair{"infinity", "∞"}, Pair{"inf", "∞"},  Pair{"sqrt", "√"}};
constexpr std::array kSigns = {Pair{"<=", "≤"}, Pair{">=", "≥"}, Pair{"!=", "≠"}, Pair{"->", "→"}, Pair{"+-", "±"}};

template <std::size_t N>
std::string_view look_up(const std::array<Pair, N>& table, std::string_view word) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Pair& pair) { return pair.first == word; });
  return found == table.end() ? std::string_view() : found->second;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string italic(std::string_view text) { return "<i>" + std::string(text) + "</i>"; }

/// A reader of one line; `html` grows from left to right.
class Typesetter {
 public:
  explicit Typesetter(std::string_view line) : line_(line) {}

  std::string run() {
    while (at_ < line_.size()) step();
    return html_;
  }

 private:
  void step() {
    const char c = line_[at_];
    if (c == '\\' && at_ + 1 < line_.size() && is_letter(line_[at_ + 1])) {
      ++at_;  // \gamma is read as gamma
    } else if (is_letter(c)) {
      word();
    } else if ((c == '_' || c == '^') && at_ + 1 < line_.size() && !html_.empty()) {
      script(c == '_' ? "sub" : "sup");
    } else if (const auto sign = look_up(kSigns, line_.substr(at_, 2)); !sign.empty()) {
      html_ += sign;
      at_ += 2;
    } else {
      plain(c);
    }
  }

  void word() {
    std::size_t end = at_;
    while (end < line_.size() && is_letter(line_[end])) ++end;
    const auto text = line_.substr(at_, end - at_);
    const bool subscripted = end < line_.size() && line_[end] == '_';
    at_ = end;
    if (const auto letter = look_up(kLetters, text); !letter.empty()) {
      html_ += italic(letter);
    } else if (const auto sign = look_up(kOperators, text); !sign.empty()) {
      html_ += sign;
    } else if (text.size() == 1 && !standing_alone_article(text)) {
      html_ += italic(text);
    } else if (text.size() == 2 && text[0] == 'd' && (subscripted || follows('/') || precedes('/'))) {
      html_ += 'd';  // du_i, /dt
      html_ += italic(text.substr(1));
    } else if (const auto differential = text[0] == 'd' ? look_up(kLetters, text.substr(1)) : std::string_view();
               !differential.empty()) {
      html_ += 'd';  // dtau
      html_ += italic(differential);
    } else {
      html_ += text;
    }
  }

  /// The word `a` between two blanks is an article as long as no sign stands beside it.
  bool standing_alone_article(std::string_view text) const {
    const auto blank = [&](std::size_t i) { return i >= line_.size() || line_[i] == ' '; };
    return text == "a" && blank(at_) && at_ + 1 < line_.size() && is_letter(line_[at_ + 1]) &&
           (at_ < 2 || line_[at_ - 2] == ' ');
  }

  std::size_t letters_before() const {
    std::size_t count = 0;
    while (count < at_ && is_letter(line_[at_ - count - 1])) ++count;
    return count;
  }
  std::size_t letters_after() const {
    std::size_t count = 0;
    while (at_ + count + 1 < line_.size() && is_letter(line_[at_ + count + 1])) ++count;
    return count;
  }

  bool follows(char c) const { return at_ < line_.size() && line_[at_] == c; }
  bool precedes(char c) const { return at_ >= 3 && line_[at_ - 3] == c; }

  /// Sub- or superscript: `{...}`, `(...)` after ^, a signed number, or letters and digits.
  void script(const std::string& tag) {
    ++at_;
    std::size_t end = at_;
    std::size_t skip = 0;
    const char open = line_[at_];
    if (open == '{' || (open == '(' && tag == "sup")) {
      const auto close = line_.find(open == '{' ? '}' : ')', at_);
      if (close != std::string_view::npos) {
        ++at_;
        end = close;
        skip = 1;
      }
    }
    if (skip == 0) {
      if (tag == "sup" && (open == '-' || open == '+')) ++end;
      while (end < line_.size() && (is_letter(line_[end]) || is_digit(line_[end]))) ++end;
    }
    const auto inner = line_.substr(at_, end - at_);
    at_ = end + skip;
    html_ += "<" + tag + ">" + script_text(inner) + "</" + tag + ">";
  }

  static std::string script_text(std::string_view inner) {
    const bool word = !inner.empty() && std::all_of(inner.begin(), inner.end(), is_letter);
    if (word) {
      if (const auto letter = look_up(kLetters, inner); !letter.empty()) return italic(letter);
      if (const auto sign = look_up(kOperators, inner); !sign.empty()) return std::string(sign);
      return inner.size() <= 3 ? italic(inner) : std::string(inner);  // indices ij, kl; words like `rms1` stay upright
    }
    return Typesetter(inner).run();
  }

  void plain(char c) {
    const bool blank_run = c == ' ' && at_ + 1 < line_.size() && line_[at_ + 1] == ' ';
    if (blank_run) {
      while (follows(' ')) ++at_;
      html_ += "&emsp;";
      return;
    }
    // A hyphen between two words stays one; between single letters it is a minus sign.
    const bool hyphen =
        c == '-' && letters_before() >= 1 && letters_after() >= 1 && letters_before() + letters_after() > 2;
    if (c == '-' && !hyphen) {
      html_ += "−";
    } else if (c == '*') {
      html_ += "·";
    } else if (c == '\'') {
      html_ += "′";
    } else {
      html_ += escaped(std::string(1, c));
    }
    ++at_;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string html_;
};

}  // namespace

std::string equation_html(const std::string& line) { return Typesetter(line).run(); }

}  // namespace limes::experiment
