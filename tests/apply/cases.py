"""Reads `cases/*.txt`: a configuration, then changes of it, each with what applying it does.

    One line that says what the file is about.

    //- main.tf                       a file of the configuration; there may be more
    resource "aws_sqs_queue" "jobs" {
      delay_seconds = 5
    }

    ==== delivered later              a change, by name
    @@ main.tf                        the file that is changed (main.tf when not said)
    -   delay_seconds = 5             lines as in a diff: what goes, what comes, and ` ` before what stays around them;
    +   delay_seconds = 9             they are found by their text, whatever stands before it; an empty line ends them
    => update aws_sqs_queue.jobs      the answer, a line for each resource; `=> nothing` where nothing is done

A change may bring files of its own (`//- more.tf`). An answer is `replace`, `replace-new-first`, `update`, `create`, `destroy` or
`forget`, an address, and after `by` the attributes that force a replacement.
"""
import dataclasses
import pathlib

ANSWER = "=> "


class Malformed(Exception):
    """A file of cases that can't be read."""


@dataclasses.dataclass
class Case:
    name: str
    files: dict
    expected: list
    # Where the answer stands in the file: the lines that are replaced when it is written anew.
    lines: tuple = (0, 0)


@dataclasses.dataclass
class Base:
    path: pathlib.Path
    title: str
    files: dict
    cases: list


def read(path):
    """The base of a file and its changes."""
    lines = path.read_text().splitlines()
    heads = [at for at, line in enumerate(lines) if line.startswith("====")] + [len(lines)]
    base = Base(path, lines[0].strip(), files_of(lines[:heads[0]]), [])
    if not base.files:
        raise Malformed(f"{path}: there is no `//- main.tf`")
    for begin, end in zip(heads, heads[1:]):
        name = lines[begin].strip("= ")
        answers = [at for at in range(begin, end) if lines[at].startswith(ANSWER.strip())]
        last = answers[-1] + 1 if answers else end
        first = answers[0] if answers else end
        while not answers and not lines[first - 1].strip():
            first -= 1
        try:
            files = changed(base.files, lines[begin + 1:answers[0] if answers else end])
        except Malformed as why:
            raise Malformed(f"{path}: {name}: {why}") from why
        case = Case(name, files, [lines[at][len(ANSWER):].strip() for at in answers], (first, last if answers else first))
        base.cases.append(case)
    return base


def files_of(lines):
    files, name = {}, None
    for line in lines:
        if line.startswith("//- "):
            name = line[4:].strip()
            files[name] = []
        elif name:
            files[name].append(line)
    return {name: "\n".join(text).strip("\n") + "\n" for name, text in files.items()}


def changed(base, lines):
    """The files of the base after the hunks of a change."""
    files = dict(base)
    new = next((at for at, line in enumerate(lines) if line.startswith("//- ")), len(lines))
    files.update(files_of(lines[new:]))
    name, hunk = "main.tf", []
    for line in [*lines[:new], ""]:
        if line[:1] in ("-", "+", " "):
            hunk.append(line)
            continue
        if hunk:
            files[name] = applied(files.get(name), hunk, name)
            hunk = []
        if line.startswith("@@"):
            name = line[2:].strip()
        elif line.strip() and not line.startswith("#"):
            raise Malformed(f"not understood: {line}")
    return files


def applied(text, hunk, name):
    if text is None:
        raise Malformed(f"there is no {name}")
    lines = text.splitlines()
    old = [line[1:].strip() for line in hunk if line[0] != "+"]
    new = [line[1:] if line[0] == "+" else None for line in hunk if line[0] != "-"]
    places = [at for at in range(len(lines) - len(old) + 1) if [one.strip() for one in lines[at:at + len(old)]] == old]
    if not old or len(places) != 1:
        raise Malformed(f"stands {len(places)} times in {name}: {' / '.join(old)}")
    stay = iter([line for line, mark in zip(lines[places[0]:places[0] + len(old)], [h for h in hunk if h[0] != "+"]) if mark[0] == " "])
    put = [next(stay) if line is None else line for line in new]
    return "\n".join([*lines[:places[0]], *put, *lines[places[0] + len(old):]]) + "\n"


def write_answers(base, answers):
    """Writes the answers of all cases of a file into it."""
    lines = base.path.read_text().splitlines()
    for case in reversed(base.cases):
        said = [ANSWER + line for line in answers[case.name]]
        first, last = case.lines
        if first == last:
            said += [""] if first < len(lines) and lines[first].strip() else []
        lines[first:last] = said
    base.path.write_text("\n".join(lines).rstrip("\n") + "\n")
