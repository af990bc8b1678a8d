"""Bad input to spiking.replica: the message with place and mend, exit status 2, nothing left behind."""

from driver import RefusalTest, main

HEAD = 'system = "spiking.replica"\n'
GROUPS = HEAD + "[groups]\n"
LINEAR = HEAD + '[neuron]\nintensity = "linear"\n[groups]\n'


class BadSpikingInput(RefusalTest):
    HEAD = HEAD

    def test_names(self):
        self.refused_text(GROUPS + "siez = 5\n", says="my.toml:3:1: unknown key 'groups.siez'; did you mean 'groups.size'?")
        self.refused_text(HEAD + "[gropus]\n", says="unknown table 'gropus'; did you mean 'groups'?")
        self.refused_text('system = "spiking.replca"\n', says="did you mean 'spiking.replica'?")
        self.refused_text(HEAD + '[theory]\nsolver = "bakward"\n', says="my.toml:3:1: 'theory.solver' must be one of")

    def test_wrong_types(self):
        self.refused_text(GROUPS + 'size = "a"\n', says="my.toml:3:1: 'groups.size' must be an integer")
        self.refused_text(GROUPS + "size = 2.5\n", says="'groups.size' must be an integer, not 2.5")
        self.refused_text(HEAD + "[replicas]\ncount = 1.5\n", says="'replicas.count' must be an integer")

    def test_out_of_range(self):
        for text, message in (("size = 0", "'groups.size' must be in [1, 100000000], not 0"),
                              ("size = []", "'groups.size' is an empty array"),
                              ("time_constant = 0", "'groups.time_constant' must be greater than 0"),
                              ("time_constant = -1", "'groups.time_constant' must be greater than 0"),
                              ("base_rate = 0", "Lam of an exponential intensity is greater than 0"),
                              ("base_rate = -1", "'groups.base_rate' must be"),
                              ("reset = 1000", "bring themselves to fire")):
            self.refused_text(GROUPS + text + "\n", says=("my.toml:3:1: ", message))
        self.refused_text(HEAD + "[replicas]\ncount = 0\n", says="'replicas.count' must be in [1, 100000000], not 0")
        self.refused_text(HEAD + "[simulation]\nduration = 0\n", says="'simulation.duration' must be in (0,")
        self.refused_text(GROUPS + "size = [100000000, 100000000]\n", says="more than 100000000; take fewer")

    def test_not_finite(self):
        for key in ("base_rate", "time_constant", "reset"):
            self.refused_text(GROUPS + f"{key} = nan\n", says=f"'groups.{key}' must be a number, not nan")
        self.refused_text(GROUPS + "base_rate = inf\n", says="'groups.base_rate' must be finite")

    def test_shapes(self):
        two = GROUPS + "size = [5, 5]\n[coupling]\n"
        self.refused_text(two + "weights = [[1, 2, 3], [1, 2, 3]]\n", says="coupling.weights is 2 x 3 but there are 2 groups")
        self.refused_text(two + "weights = [[1, 2], [1]]\n", says="differ in length: row 0 has 2, row 1 has 1")
        self.refused_text(two + "weights = [[1, 2], [1, nan]]\n", says="'coupling.weights[1][1]' must be a number")
        self.refused_text(GROUPS + "size = [5, 5]\nreset = [1, 2, 3]\n", says="groups.reset has 3 values")
        self.refused_text(HEAD + "[input]\nweights = [1, 2]\nrates = [1]\n", says="2 input weights but 1 input rates")
        self.refused_text(HEAD + "[input]\nweights = [1]\n", says="input.rates is missing")
        self.refused_text(HEAD + "[input]\nweights = [1]\nrates = [-1]\n", says="'input.rates[0]' must be")

    def test_models_without_a_stationary_state(self):
        self.refused_text(LINEAR + "reset = 0.5\n[coupling]\nweights = -1\n", says="weights are not negative")
        self.refused_text(LINEAR + "base_rate = 0\n", says="absorbing: every intensity can reach 0")
        self.refused_text(GROUPS + "time_constant = inf\n[coupling]\nweights = -1\n",
                          says="no stationary state: with an infinite time constant and inhibition only the rate decays to 0")
        self.refused_text(GROUPS + "size = 50\n[coupling]\ntotal = 60\n",
                          says=("my.toml:5:1: network in runaway regime, predicted rate 1.14e+26", "simulation.rate_limit"))
        self.refused_text(HEAD + '[coupling]\nweights = -0.3\n[theory]\nsolver = "generating_function"\n',
                          says="my.toml:5:1: the generating function needs an excitatory input, which group 0 lacks")

    def test_files(self):
        self.refused_text(HEAD + '[coupling]\nfile = "no.mtx"\n', says="no.mtx: no such file")
        self.refused_matrix("a.csv", "0,1,2\n1,0,2\n", says=("a.csv", "2 x 3"))
        self.refused_matrix("a.csv", "0,1\nnan,0\n", says=("a.csv:2:1", "entry (1, 0)", "NaN"))
        self.refused_matrix("a.csv", "0,1\n1e60,0\n", says=("a.csv", "entry (1, 0)", "beyond 1e+50"))
        self.refused_matrix("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 3 .2\n", says="a.mtx:3:3")
        for name in ("a.mtx", "a.npy", "a.h5", "a.csv"):
            self.refused_matrix(name, bytes(range(256)) * 4, says=name)
            self.refused_matrix(name, b"", says=(name, "empty"))
        self.refused_text(GROUPS + "size = [3, 3]\n[coupling]\nvalues = [[0, 1], [1, 0]]\n", says="the weights are 2 x 2")

    def test_conflicting_options(self):
        self.refused_text(HEAD + "[coupling]\nweights = 1\ntotal = 1\n",
                          says="my.toml:4:1: conflicting options: coupling.total and coupling.weights")
        self.refused_text(HEAD + '[coupling]\nvalues = [[0]]\nfile = "a.mtx"\n', says="conflicting options")

    def test_places_that_cannot_be_written(self):
        self.write("my.toml", HEAD)
        self.write("file", "x")
        self.refused("run", "my.toml", "--out", "file/run", says="can't be written")
        self.refused("run", "my.toml", "--out", "/dev/full", says="is a file, not a folder")


if __name__ == "__main__":
    main()
