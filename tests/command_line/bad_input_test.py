"""Bad input: the message with place and mend, exit status 2, nothing on standard output, no file left behind."""

import os
import unittest

from driver import SMALL, RefusalTest, main

HEAD = 'system = "rate.discrete"\n'


class BadInput(RefusalTest):
    HEAD = HEAD

    def test_unknown_key(self):
        self.refused_text(HEAD + '\n\n\n\n[network]\ngian = 2.0\n',
                          says="my.toml:7:1: unknown key 'network.gian'; did you mean 'network.gain'?")
        self.refused_text(HEAD, "--set", "network.gian=2",
                          says="--set network.gian: unknown key 'network.gian'; did you mean 'network.gain'?")

    def test_unknown_table(self):
        self.refused_text(HEAD + "[netwrok]\n", says="unknown table 'netwrok'; did you mean 'network'?")

    def test_unknown_system(self):
        self.refused_text('system = "rate.discret"\n',
                          says="my.toml:1:1: unknown system 'rate.discret'; did you mean 'rate.discrete'?")
        self.refused("show", "rate.discret", says="did you mean 'rate.discrete'?")
        self.refused("new", "zzz", says=("unknown system 'zzz'", "rate.discrete", "rate.continuous"))

    def test_missing_system(self):
        self.refused_text("seed = 1\n", says="my.toml: no key 'system'")

    def test_wrong_type(self):
        self.refused_text(HEAD + '[network]\nsize = "many"\n', says="my.toml:3:1: 'network.size' must be an integer")
        self.refused_text(HEAD + "[network]\nsize = 10.5\n", says="'network.size' must be an integer")
        self.refused_text(HEAD + "network = 5\n", says="'network' is a table, not 5")
        self.refused_text(HEAD + "[network]\ngain = true\n", says="'network.gain' must be a real number")

    def test_own_transfer_function(self):
        network = HEAD + '[network]\ntransfer = "expression"\n'
        for text, message in (("max(x,0", "a parenthesis is not closed at character 8"),
                              ("tnah(x)", "unknown name 'tnah' at character 1 of \"tnah(x)\"; did you mean 'tanh'?"),
                              ("1/x", "the expression is infinite at x = 0"),
                              ("", "the expression is empty"),
                              ("(" * 5000 + "x" + ")" * 5000, "the expression has 10001 characters")):
            self.refused_text(network + f'expression = "{text}"\n', says="my.toml:4:1: network.expression: " + message)
        self.refused_text(network, says="my.toml:3:1: network.transfer is \"expression\" but network.expression is missing")
        self.refused_text(HEAD + '[network]\nexpression = "x"\n', says=("my.toml:3:1:", 'network.transfer = "tanh"'))

    def test_out_of_range(self):
        self.refused_text(HEAD + "[network]\nleak = 1.0\n", says="'network.leak' must be in [0, 1), not 1.0")
        self.refused_text(HEAD + "[network]\nsize = 0\n", says="'network.size' must be")
        self.refused_text(HEAD + "[network]\nsize = -5\n", says="'network.size' must be")
        self.refused_text(HEAD + "[noise]\ndeviation = -1\n", says="'noise.deviation' must be at least 0, not -1")
        self.refused_text(HEAD + '[network]\ntransfer = "tahn"\n', says="did you mean 'tanh'?")
        self.refused_text(HEAD + "seed = -1\n", says="'seed' must be an integer of at least 0, not -1")

    def test_not_finite(self):
        for value in ("inf", "-inf", "nan"):
            self.refused_text(HEAD + f"[network]\ngain = {value}\n", says="my.toml:3:1: 'network.gain' must be")
            self.refused_text(HEAD, "--set", f"threshold.mean={value}", says="'threshold.mean' must be")

    def test_missing_file(self):
        self.refused("run", "no.toml", says="no.toml: no such file")
        self.refused("run", ".", says="is a folder, not an experiment file")
        self.refused_text(HEAD + '[coupling]\nfile = "no.mtx"\n', says="no.mtx")

    def test_malformed_experiment(self):
        self.refused_text(HEAD + "[network\n", says="my.toml:2:9: not valid TOML")
        self.refused_text(HEAD + "[network]\ngain = 1\ngain = 2\n", says="my.toml:4:")
        self.write("my.toml", bytes(range(128, 256)))
        self.refused("run", "my.toml", says="my.toml:1:1: not valid TOML")

    def test_matrix_that_is_not_square(self):
        self.refused_matrix("a.csv", "1,2,3\n4,5,6\n", says=("a.csv", "2 x 3"))

    def test_matrix_with_nan(self):
        self.refused_matrix("a.csv", "1,2\nnan,4\n", says=("a.csv:2:1", "entry (1, 0)", "NaN"))
        self.refused_matrix("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1.0\n2 1 inf\n",
                            says=("a.mtx:4", "finite"))

    def test_matrix_with_an_index_out_of_range(self):
        self.refused_matrix("a.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 1.0\n", says="a.mtx:3")

    def test_garbage(self):
        for name in ("a.mtx", "a.npy", "a.h5", "a.csv"):
            self.refused_matrix(name, bytes(range(256)) * 4, says=name)
            self.refused_matrix(name, b"", says=name)

    def test_values_that_are_not_square(self):
        self.refused_text(HEAD + "[coupling]\nvalues = [[1, 2], [3]]\n", says="differ in length")
        self.refused_text(HEAD + "[coupling]\nvalues = [[1, 2]]\n", says="square")
        self.refused_text(HEAD + "[coupling]\nvalues = [[1, nan], [0, 1]]\n", says="'coupling.values[0][1]' must be")

    def test_another_size_than_the_matrix(self):
        self.refused_text(HEAD + "[network]\nsize = 3\n[coupling]\nvalues = [[1, 2], [3, 4]]\n", says="network.size")

    def test_conflicting_options(self):
        self.refused_text(HEAD + '[coupling]\nvalues = [[1]]\nfile = "a.mtx"\n', says="conflicting")
        self.refused_text('system = "rate.continuous"\n[noise]\nintensity = 1\n[simulation]\nintegrator = "rk4"\n',
                          says="conflicting")
        self.refused_text(HEAD, "--seed", "1", "--set", "seed=2", says="conflicting options --seed 1 and --set seed=2")
        self.refused_text(HEAD, "--only", "theory", "--only", "simulation", says="--only")

    def test_place_below_a_regular_file(self):
        self.write("my.toml", SMALL["rate.discrete"])
        self.write("file", "x")
        for place in ("file/run", "file/deep/run"):
            self.refused("run", "my.toml", "--out", place, says=(place.split("/")[-1], "can't be written"))
            self.refused("run", "my.toml", "--out", place, "--json", says="can't be written")
        self.refused("run", "my.toml", "--out", "file", says="is a file, not a folder")
        self.refused("run", "my.toml", "--out", "/dev/full", says="is a file, not a folder")
        self.refused("run", "my.toml", "--out", "", says="the place of the results is empty")

    def test_command_line(self):
        self.write("my.toml", SMALL["rate.discrete"])
        self.refused(says="no command")
        self.refused("rnu", "my.toml", says="unknown command 'rnu'; did you mean 'run'?")
        self.refused("run", "my.toml", "--jsn", says="unknown option '--jsn'; did you mean '--json'?")
        self.refused("run", "my.toml", "--thread=2", says="did you mean '--threads'?")
        self.refused("run", "my.toml", "more", says="unexpected argument 'more'")
        self.refused("run", says="no experiment is given")
        self.refused("run", "my.toml", "--only", "theroy", says="did you mean 'theory'?")
        self.refused("run", "my.toml", "--only", "", says="--only must be theory or simulation, not ''")
        self.refused("run", "my.toml", "--threads", "0", says="--threads must be at least 1")
        self.refused("run", "my.toml", "--threads", "x", says="--threads")
        self.refused("run", "my.toml", "--seed", "x", says="--seed")
        self.refused("run", "my.toml", "--seed", "-1", says="--seed")
        self.refused("run", "my.toml", "--seed", says="--seed")
        self.refused("run", "my.toml", "--set", "network.gain", says="not of the form KEY=VALUE")
        self.refused("list", "more", says="unexpected argument 'more'")
        self.refused("show", says="SYSTEM")
        self.refused("report", "no", says="no such folder")
        self.refused("report", ".", says="result.json: no such file")

    def test_a_folder_that_is_not_ours(self):
        self.write("my.toml", SMALL["rate.discrete"])
        os.mkdir(self.path("run"))
        self.write("run/notes.txt", "mine")
        self.refused("run", "my.toml", "--out", "run", says="holds 'notes.txt', which is no result of limes")
        with open(self.path("run", "notes.txt")) as notes:
            self.assertEqual(notes.read(), "mine")

    def test_a_folder_of_another_experiment(self):
        self.write("my.toml", SMALL["rate.discrete"])
        self.limes("run", "my.toml", "--out", "run")
        self.limes("run", "my.toml", "--out", "run", "--threads", "1")  # the same experiment: replaced whole
        says = "holds the result of another experiment"
        self.refused("run", "my.toml", "--out", "run", "--seed", "4", says=says)
        self.refused("run", "my.toml", "--out", "run", "--set", "network.gain=3", says=says)
        self.refused("run", "my.toml", "--out", "run", "--quick", says=says)


if __name__ == "__main__":
    main()
