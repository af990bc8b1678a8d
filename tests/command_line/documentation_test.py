"""The pages of the systems are what `limes show --markdown` prints, so that they can't fall behind the schema."""

import os
import unittest

from driver import CommandLineTest, main

SYSTEMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "systems")


class Documentation(CommandLineTest):
    maxDiff = 2000

    def test_every_system_has_its_page(self):
        systems = {line.split()[0] for line in self.limes("list").stdout.splitlines()
                   if line.startswith(("rate.", "spiking.", "jump.", "wide."))}
        self.assertTrue(systems)
        pages = {name.removesuffix(".md") for name in os.listdir(SYSTEMS) if name.endswith(".md")}
        self.assertEqual(pages, systems)

    def test_pages_are_made_from_the_schema(self):
        for name in sorted(os.listdir(SYSTEMS)):
            if not name.endswith(".md"):
                continue
            system = name.removesuffix(".md")
            with self.subTest(system=system), open(os.path.join(SYSTEMS, name), encoding="utf-8") as page:
                self.assertEqual(page.read(), self.limes("show", system, "--markdown").stdout,
                                 f"docs/systems/{name} is not what the schema says; regenerate it from the project's "
                                 f"folder: limes show {system} --markdown > docs/systems/{name}")


if __name__ == "__main__":
    main()
