"""The hook of .pre-commit-hooks.yaml, run by pre-commit itself."""

import os
import pathlib
import subprocess
import sys
import unittest

import yaml
from stacks import REPOSITORY, Stacks, git, plant

TOOLS = pathlib.Path(sys.executable).parent


class Hook(unittest.TestCase):
    def pre_commit(self, directory, home, *arguments):
        environment = {**os.environ, "PRE_COMMIT_HOME": str(home)}
        command = [str(TOOLS / "pre-commit"), *arguments]
        return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)

    def test_the_manifest(self):
        with Stacks() as stacks:
            done = self.pre_commit(
                REPOSITORY, stacks.directory, "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml")
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_commit_that_costs_is_stopped(self):
        with Stacks() as stacks:
            # What pre-commit clones: only the manifest counts for a hook that is on the PATH.
            hooks = stacks.directory / "hooks"
            hooks.mkdir()
            (hooks / ".pre-commit-hooks.yaml").write_text((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
            git(hooks, "init", "--quiet", "--initial-branch", "main")
            git(hooks, "add", ".")
            git(hooks, "commit", "--quiet", "--message", "hooks")
            shop = stacks.shop()
            git(shop, "add", ".")
            home = stacks.directory / "home"
            run = lambda *extra: self.pre_commit(shop, home, "try-repo", str(hooks), "foreshock-system", "--verbose", *extra)
            done = run()
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("became a single point of failure", done.stdout)
            # The same change, committed, is nobody's fault any more; a file of something else starts nothing.
            git(shop, "commit", "--quiet", "--message", "worse")
            self.assertEqual(run("--all-files").returncode, 0)
            (shop / "README").write_text("text\n")
            git(shop, "add", ".")
            self.assertIn("Skipped", run().stdout)

    def test_nothing_of_the_tree_is_run(self):
        with Stacks() as stacks:
            hooks = stacks.directory / "hooks"
            hooks.mkdir()
            (hooks / ".pre-commit-hooks.yaml").write_text((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
            git(hooks, "init", "--quiet", "--initial-branch", "main")
            git(hooks, "add", ".")
            git(hooks, "commit", "--quiet", "--message", "hooks")
            shop = stacks.shop()
            marker = stacks.directory / "pwned"
            plant(shop, marker)
            git(shop, "add", ".")
            done = self.pre_commit(shop, stacks.directory / "home", "try-repo", str(hooks), "foreshock-system", "--verbose")
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertFalse(marker.exists())

    def test_the_files_that_start_it(self):
        manifest = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
        self.assertEqual({hook["files"] for hook in manifest}, {manifest[0]["files"]})


if __name__ == "__main__":
    unittest.main()
