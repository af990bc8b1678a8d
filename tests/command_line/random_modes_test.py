"""rate.random_modes from outside: bad input with place and mend, and results where there is nothing."""

import json

from driver import RefusalTest, main

HEAD = 'system = "rate.random_modes"\n'


class RandomModes(RefusalTest):
    HEAD = HEAD

    def test_spectra(self):
        self.refused_text(HEAD + "[modes]\ninverse_rank = -1.5\n", says="my.toml:3:1: 1/PR^D = -1.5 is not a spectrum")
        self.refused_text(HEAD + "[modes]\nvalues = [0.0, 0.0]\n", says="all strengths of the modes are zero")
        self.refused_text(HEAD + '[modes]\nspectrum = "power"\n', says="modes.exponent is missing")
        self.refused_text(HEAD + "[modes]\ndecay = 0.1\nexponent = 1.0\n", says="conflicting options")
        self.refused_text(HEAD + "[modes]\ncount = 10\nratio = 1.0\n", says="conflicting options: modes.ratio and modes.count")

    def test_overlaps(self):
        self.refused_text(HEAD + "[modes]\noverlap = 1.2\n", says="'modes.overlap' must be in [-1, 1], not 1.2")
        self.refused_text(HEAD + "[modes]\ncount = 3\noverlap = [0.1, 0.2]\n", says="has 2 values for 3 modes")

    def test_matrices(self):
        self.refused_text(HEAD + "[coupling]\nvalues = [[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]]\n", says="not square")
        self.refused_text(HEAD + "[coupling]\nvalues = [[0.0, nan], [0.0, 0.0]]\n", says="must be a number, not nan")
        self.refused_text(HEAD + "[coupling]\nvalues = [[0.0, 0.0], [0.0, 0.0]]\n", says="all couplings are zero")
        self.refused_text(HEAD + "[coupling]\nvalues = [[0.0, 1.0], [1.0, 0.0]]\n[modes]\ncount = 2\n",
                          says="conflicting options: modes.count and coupling.values")

    def test_couplings_have_no_mean(self):
        self.refused_text(HEAD + "[coupling]\nmean = 0.5\n",
                          says="'coupling.mean' must be 0, not 0.5; the theory is that of couplings without a mean")

    def test_functions_and_integrators(self):
        self.refused_text(HEAD + '[network]\ntransfer = "relu"\n', says="must be one of tanh, erf, linear, clipped_tan or expression")
        self.refused_text(HEAD + '[network]\ntransfer = "expression"\nexpression = "max(x,0)"\n',
                          says="the transfer function must be odd")
        self.refused_text(HEAD + '[noise]\nintensity = 0.1\n[simulation]\nintegrator = "rk4"\n',
                          says="conflicting options: simulation.integrator and noise.intensity")

    def quantities(self, text, *options):
        path = self.path("my.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEAD + text)
        result = json.loads(self.limes("run", path, "--json", "--only", "theory", *options).stdout)
        return result, {(q["name"], q["branch"]): q["theory"]["value"] for q in result["quantities"]}

    def test_quiescent_is_a_result(self):
        result, values = self.quantities("[coupling]\ndeviation = 0.8\n")
        self.assertEqual(result["status"], "ok")
        self.assertEqual(values["variance", "static-0"], 0)
        self.assertNotIn(("participation_ratio_output", "static-0"), values)
        self.assertIn("quiescent: the only attractor is x = 0", result["warnings"])

    def test_an_own_function(self):
        text = '[network]\nsize = 60\n{}[coupling]\ndeviation = 2.5\n[modes]\nratio = 0.5\n[simulation]\nduration = 20\n'
        _, named = self.quantities(text.format('transfer = "tanh"\n'))
        _, own = self.quantities(text.format('transfer = "expression"\nexpression = "tanh(x)"\n'))
        for key, value in named.items():
            if key[0] != "residual":
                self.assertAlmostEqual(own[key], value, delta=1e-8 * max(1, abs(value)), msg=key)
        # One that no name has: x/(1 + |x|) saturates slowly, and is simulated too.
        path = self.write("own.toml", HEAD + text.format('transfer = "expression"\nexpression = "x/(1+abs(x))"\n'))
        result = json.loads(self.limes("run", path, "--json", "--set", "simulation.realisations=2").stdout)
        variance = [q for q in result["quantities"] if q["name"] == "variance"][0]
        self.assertGreater(variance["theory"]["value"], 0.1)
        self.assertGreater(variance["simulation"]["value"], 0.1)

    def test_a_given_rank(self):
        _, values = self.quantities('[network]\ntransfer = "erf"\n[coupling]\ndeviation = 3.0\n[modes]\ninverse_rank = 1.0\n')
        self.assertAlmostEqual(values["participation_ratio_output", "fluctuating-0"], 0.0280089, places=6)


if __name__ == "__main__":
    main()
