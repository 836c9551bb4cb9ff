"""Stacks in git repositories that the tests run foreshock on."""

import pathlib
import shutil
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SHOP = REPOSITORY / "fixtures" / "shop"

# Keys of for_each, which are part of a component's name.
HOSTILE = [
    "a|b",
    "`code`",
    "</details><script>alert(1)</script>",
    "@octocat closes #1",
    "![x](http://evil.example/x.png)",
    "](http://evil.example)",
    "::error::pwned",
    "two\\nlines\\n```\\n# heading",
    "{0} {{1}} 100%",
    "a,b:c;d\\\"e'f",
    "数据库 \u202eabc",
    "<!-- foreshock:check -->",
]


def git(directory, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


def foreshock(directory, *arguments):
    return subprocess.run(["foreshock", *arguments], cwd=directory, capture_output=True, text=True, encoding="utf-8")


class Stacks:
    """A temporary directory with the repositories; to be used as a context."""

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="foreshock-ci-"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory)

    def shop(self, name="shop"):
        """The shop with Multi-AZ at HEAD, and without it in the work tree."""
        directory = self.directory / name
        shutil.copytree(SHOP, directory)
        database = directory / "rds.tf"
        text = database.read_text()
        single = "multi_az                    = false"
        assert single in text
        database.write_text(text.replace(single, "multi_az                    = true "))
        git(directory, "init", "--quiet", "--initial-branch", "main")
        git(directory, "add", ".")
        git(directory, "commit", "--quiet", "--message", "base")
        database.write_text(text)
        return directory

    def hostile(self):
        """A repository whose names, of files and of components, want to be markup; at HEAD it is one instance each."""
        directory = self.directory / "hostile"
        directory.mkdir()
        git(directory, "init", "--quiet", "--initial-branch", "main")
        (directory / "README").write_text("")
        git(directory, "add", ".")
        git(directory, "commit", "--quiet", "--message", "base")
        keys = [key.replace("%{", "%%{").replace("${", "$${") for key in HOSTILE]
        addresses = ", ".join(f"[for db in aws_db_instance.orders_{number} : db.address]" for number in range(len(keys)))
        # One block each: instances of one block are one finding.
        databases = "\n".join(
            f'resource "aws_db_instance" "orders_{number}" {{\n  for_each = toset(["{key}"])\n  engine   = "postgres"\n'
            "  multi_az = false\n}\n"
            for number, key in enumerate(keys)
        )
        (directory / "a b,c:d%.tf").write_text(
            "resource \"aws_lb\" \"web\" {\n  subnets = [\"subnet-a\", \"subnet-b\"]\n}\n\n"
            "resource \"aws_lb_target_group\" \"api\" {\n  port = 8080\n}\n\n"
            "resource \"aws_lb_listener\" \"http\" {\n  load_balancer_arn = aws_lb.web.arn\n\n  default_action {\n"
            "    type             = \"forward\"\n    target_group_arn = aws_lb_target_group.api.arn\n  }\n}\n\n"
            "resource \"aws_instance\" \"api\" {\n  count     = 2\n"
            f"  user_data = join(\",\", concat({addresses}))\n}}\n\n"
            "resource \"aws_lb_target_group_attachment\" \"api\" {\n  count            = 2\n"
            "  target_group_arn = aws_lb_target_group.api.arn\n  target_id        = aws_instance.api[count.index].id\n}\n\n"
            + databases,
            encoding="utf-8",
        )
        return directory


def plant(checkout, marker):
    """Files that make `marker` as soon as anybody runs or imports something of a checkout."""
    script = f"open({str(marker)!r}, 'w')\n"
    for name in ["venv", "json", "os", "sys", "site", "sitecustomize", "usercustomize", "pip", "ensurepip", "subprocess"]:
        (checkout / f"{name}.py").write_text(script)
    for name in ["venv", "ensurepip", "pip", "encodings"]:
        (checkout / name).mkdir()
        for file in ["__init__.py", "__main__.py"]:
            (checkout / name / file).write_text(script)
    for name in ["foreshock", "git", "python3", "terraform", "kustomize", "docker"]:
        program = checkout / name
        program.write_text(f"#!/bin/sh\ntouch {marker}\n")
        program.chmod(0o755)
