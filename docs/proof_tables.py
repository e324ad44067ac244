"""The tables of the proof pages, counted from what is in this tree: no figure is written in a page.

Each function returns the heads of the columns and the rows, as texts of a page; the only cell of a
row is as wide as the table. Rows of other systems are in ``tests/oracles``; which of them we do not
answer, and why, stands in the tests that read them. What takes long is in ``proof/figures.json``,
which ``python -m tests.figures`` writes.
"""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
ORACLES = TESTS / "oracles"
FIGURES = ROOT / "docs" / "proof" / "figures.json"
# The test that answers each file of rows; the calendars' rows are answered by one.
ANSWERED_BY = {
    "alert_intake": "intake/test_oracles.py",
    "desk_lifecycles": "lifecycle/test_oracles_of_desks.py",
    "escalation": "escalation/test_oracles.py",
    "escalation_steps": "escalation/test_step_oracles.py",
    "kpi_dialects": "kpi/test_oracles.py",
    "kpi_worked": "kpi/test_worked_oracles.py",
    "lifecycle": "lifecycle/test_oracles.py",
    "on_call": "escalation/test_on_call_oracles.py",
    "priority_matrix": "priority/test_oracle.py",
    "priority_presets": "priority/test_oracle.py",
    "rotation": "schedule/test_rotation.py",
    "sla_clock": "sla/test_oracles.py",
    "sla_other_tests": "sla/test_oracles.py",
    "time_periods": "schedule/test_time_periods.py",
}
ENGINES = {
    "biz": "biz, Ruby",
    "business_hours_perl": "Business::Hours, Perl",
    "businesstimedelta": "businesstimedelta, Python",
    "frappe_helpdesk": "Frappe Helpdesk, Python",
    "moment_business_time": "moment-business-time, JavaScript",
    "otobo": "OTOBO, Perl",
    "pandas": "pandas, Python",
    "working_hours": "working_hours, Ruby",
}
CASE = re.compile(r"(?<![A-Za-z0-9])(sla|ops)[-_]([a-z]\d+)(?!\d)")
CASES_OF = {"sla": "records, lifecycles and clocks", "ops": "alerts, escalation, KPIs and updates"}


def rows_of(name):
    """Return the rows of one file of ``tests/oracles``."""
    lines = (ORACLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def engines():
    """Return how often each engine that was run answers as we do."""
    rows = rows_of("calendar_consensus")
    asked = Counter(engine for row in rows for engine in row["peers"])
    other = Counter(engine for row in rows for engine in row["disagree"])
    found = [
        [ENGINES[name], f"{asked[name]:,}", f"{asked[name] - other[name]:,}", f"{other[name]:,}"]
        for name in sorted(asked)
    ]
    found.append(["incidentcore", f"{len(rows):,}", f"{len(rows):,}", "0"])
    return ["Engine", "Rows that it answers", "As expected", "Otherwise"], found


def agreement():
    """Return how many engines agree on how many rows."""
    counts = Counter(row["agree"] for row in rows_of("calendar_consensus"))
    return ["Engines that agree", "Rows"], [
        [str(agree), f"{counts[agree]:,}"] for agree in sorted(counts, reverse=True)
    ]


def listed(test):
    """Return two lists of a test: what is answered otherwise, and what is not ours; by id."""
    names = {"DIFFERENT": 0, "DELIBERATELY_DIFFERENT": 0, "NOT_OURS": 1}
    found = ({}, {})
    for node in ast.parse((TESTS / test).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        (name,) = (ast.unparse(target) if target else "" for target in targets)
        if name in names:
            found[names[name]].update(ast.literal_eval(node.value))
    return found


@cache
def documented():
    """Return each file of documented rows: its name, its test, its rows, and the two lists."""
    files = sorted(path.stem for path in ORACLES.glob("*.jsonl"))
    found = []
    for name in files:
        if name == "calendar_consensus":
            continue
        test = ANSWERED_BY.get(name, "schedule/test_oracles.py")
        rows = {row["id"]: row for row in rows_of(name)}
        different, not_ours = (
            {
                id_: why
                for id_, why in part.items()
                if id_ in rows and not why.startswith("answered ")  # in the tests of another room
            }
            for part in listed(test)
        )
        found.append((name, test, rows, different, not_ours))
    return found


def answers():
    """Return how many documented rows are answered alike, otherwise, and not at all."""
    found = []
    for name, test, rows, different, not_ours in documented():
        alike = len(rows) - len(different) - len(not_ours)
        found.append(
            [
                f"``{name}``",
                str(len(rows)),
                str(alike),
                str(len(different)),
                str(len(not_ours)),
                f"``tests/{test}``",
            ]
        )
    sums = [str(sum(int(row[column]) for row in found)) for column in range(1, 5)]
    heads = ["Rows", "How many", "Answered alike", "Otherwise, on purpose", "Not ours", "Test"]
    return heads, [*found, ["Together", *sums, "``python -m pytest -k oracle``"]]


def differences():
    """Return each documented row that we answer otherwise, or not, with the reason."""
    return ["Row", "What becomes of it", "Why"], [
        [f"``{id_}``", verdict, sentence(why)]
        for _, _, _, different, not_ours in documented()
        for verdict, part in (("otherwise", different), ("not ours", not_ours))
        for id_, why in part.items()
    ]


def sentence(text):
    """Return a text as it stands on a page, with no mark of a page in it."""
    return re.sub(r"([*`|_\\])", r"\\\1", text)


@cache
def cases():
    """Return each report of the field: its source, and the tests that name it."""
    sources = json.loads((TESTS / "field_cases.json").read_text(encoding="utf-8"))
    tests = {name: [] for name in sources}
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if not CASE.search(text):
            continue
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.FunctionDef) and node.name.startswith("test_")):
                continue
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            named = CASE.findall("\n".join(lines[first - 1 : node.end_lineno]))
            for name in dict.fromkeys(f"{kind}-{number}" for kind, number in named):
                if name in tests:
                    about = (ast.get_docstring(node) or "").partition("\n\n")[0]
                    tests[name].append((path.relative_to(ROOT), node.name, " ".join(about.split())))
    return {name: (source, tests[name]) for name, source in sources.items()}


def coverage():
    """Return how many reports there are, and how many of them a test answers."""
    found = []
    for kind, about in CASES_OF.items():
        of_kind = [one for name, one in cases().items() if name.startswith(kind)]
        reported = sum(not source.startswith("own") for source, _ in of_kind)
        tested = sum(bool(tests) for _, tests in of_kind)
        numbers = [len(of_kind), reported, tested, sum(len(tests) for _, tests in of_kind)]
        found.append([f"``{kind}``: {about}", *map(str, numbers)])
    sums = [str(sum(int(row[column]) for row in found)) for column in range(1, 5)]
    heads = ["Reports of", "Cases", "From others", "With a test", "Tests"]
    return heads, [*found, ["Together", *sums]]


def reports():
    """Return each report, where it was made, and the tests that hold it."""
    found = []
    for name, (source, tests) in cases().items():
        named = [f"``{test}`` in ``{path.as_posix()}``" for path, test, _ in tests]
        about = next((text for _, _, text in tests if text), "")
        found.append([f"``{name}``", sentence(source), sentence(about), ", ".join(named)])
    return ["Case", "Reported at", "What must hold", "Test"], found


def figures():
    """Return what the file of figures holds."""
    return json.loads(FIGURES.read_text(encoding="utf-8"))


TITLES = {
    "mutants": "Changes of the source in one place",
    "calendars": "Laws of calendars, a million cases",
    "crashes_sqlite": "Writers killed, SQLite",
    "crashes_postgresql": "Writers killed, PostgreSQL",
    "fuzz": "Hostile texts, a new seed each time",
    "links": "Links to other sites",
    "pyodide": "In a browser's Python",
}


def result(name, found):
    """Return the figures of a run in words."""
    if name == "mutants":
        whole = sum(found[part] for part in ("killed", "survived", "equivalent"))
        share = found["killed"] / (found["killed"] + found["survived"])
        return (
            f"{whole} changes: {found['killed']} noticed by a test, {found['survived']} not, "
            f"{found['equivalent']} that no test can notice; {share:.1%} of the rest noticed"
        )
    return ", ".join(f"{value:,} {part}" for part, value in found.items())


def long_runs():
    """Return the runs that take long: what they found, when, and the command."""
    found = []
    for name, one in figures().items():
        if name in TITLES:
            ended = result(name, one["figures"]) + ("" if one["passed"] else "; **failed**")
            took = f"{one['seconds']:,} s"
            of = f"``{one['commit']}``, {one['date']}, Python {one['python']}"
            found.append([TITLES[name], ended, took, of, f"``{one['command']}``"])
    return ["Run", "Result", "Took", "Of", "Command"], found


def never_run():
    """Return the runs of the long stage whose figures are not in the file."""
    missing = [title for name, title in TITLES.items() if name not in figures()]
    return ["No figures yet"], [[title] for title in missing] or [["Every run has its figures."]]


def benchmarks():
    """Return the tables of the benchmarks, each below a line with its command."""
    found = []
    for name, one in figures().items():
        if not name.startswith("benchmark_"):
            continue
        found.append([f"``{one['command']}``, of ``{one['commit']}``, {one['date']}"])
        found += [
            [sentence(f"{title}: {what}"), sentence(measured), sentence(target.strip("-"))]
            for title, rows in one["figures"]["tables"].items()
            for what, measured, target in rows
        ]
    return ["What", "Measured", "Wanted"], found


TABLES = {
    table.__name__: table
    for table in (
        engines,
        agreement,
        answers,
        differences,
        coverage,
        reports,
        long_runs,
        never_run,
        benchmarks,
    )
}
