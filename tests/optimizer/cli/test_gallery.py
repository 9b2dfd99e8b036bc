"""`tradespace gallery` and `new`, and names of the gallery wherever a scenario is wanted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from models import load_scenario
from optimizer.cli.exit_codes import BAD_INPUT, OK
from optimizer.files.gallery import GalleryError, copy_of, entry, names, path_of, refuse_name

ROOT = Path(__file__).parents[3]
STARTERS = ("event-pipeline", "read-heavy-social-feed", "web-api-three-tier")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_has_a_line_for_each_file(tradespace):
    code, out, err = tradespace("gallery")
    assert (code, err) == (OK, "")
    files = sorted((ROOT / "data" / "scenarios").glob("*.yaml"))
    told = {line.split()[0]: line for line in out.split("\n\n")[0].splitlines()}
    assert list(told) == sorted(path.stem.replace("_", "-") for path in files)
    # Five switches, and what the README says of the other two.
    assert " 5 decisions, 32 designs. An e-commerce platform" in told["black-friday-exercise"]
    assert " 12 decisions, 311,040 designs. " in told["black-friday-week"]
    assert " 38 decisions, uncountable designs. " in told["black-friday-shop"]
    assert told["web-api-three-tier"].endswith("serves 300 requests/s and expects 1,500 in the evening.")


def test_the_list_as_json(tradespace):
    code, out, _ = tradespace("gallery", "--json")
    listed = {one["name"]: one for one in json.loads(out)["scenarios"]}
    assert code == OK
    assert tuple(listed) == names()
    shop, exercise = listed["black-friday-shop"], listed["black-friday-exercise"]
    assert (shop["decisions"], shop["designs"]) == (38, None)
    assert (exercise["decisions"], exercise["designs"]) == (5, 32)
    assert exercise["title"] == "The Black Friday optimization challenge"
    assert exercise["line"].startswith("An e-commerce platform")
    assert exercise["line"].endswith("will see 50,000 requests/s.")


@pytest.mark.parametrize("starter", STARTERS)
def test_a_new_scenario_is_a_commented_copy_that_checks(tradespace, here, starter):
    code, out, err = tradespace("new", "my-shop-2", "--from", starter)
    assert (code, err) == (OK, "")
    text = (here / "my-shop-2.yaml").read_text(encoding="utf-8")
    assert "\nname: my-shop-2               " in text.replace(" #", "               #")
    assert '\ntitle: "My shop 2"  ' in text.replace(" #", "  #")
    assert text.count("#") == path_of(starter).read_text(encoding="utf-8").count("#")
    for command in ("check", "solve"):
        assert f"  tradespace {command} my-shop-2.yaml\n" in out + "\n"
    code, out, err = tradespace("check", "my-shop-2.yaml")
    assert (code, err) == (OK, "")
    notes, end = out.splitlines()[:-1], out.splitlines()[-1]
    assert end == "my-shop-2.yaml: valid, no warnings"
    assert all(note.startswith("note: ") for note in notes)
    assert os.listdir(here) == ["my-shop-2.yaml"]  # nothing half-written beside it


def test_the_starter_is_the_three_tiers_unless_said(tradespace, here):
    assert tradespace("new", "mine")[0] == OK
    assert (here / "mine.yaml").read_text(encoding="utf-8") == copy_of("web-api-three-tier", "mine")


def test_out_names_the_file(tradespace, here):
    (here / "below").mkdir()
    assert tradespace("new", "mine", "--out", "below/other.yaml")[0] == OK
    assert load_scenario(here / "below" / "other.yaml").name == "mine"
    assert not (here / "mine.yaml").exists()


def test_a_file_that_is_there_stays_unless_forced(tradespace, here):
    (here / "mine.yaml").write_text("a year of work", encoding="utf-8")
    code, out, err = tradespace("new", "mine")
    assert (code, out) == (BAD_INPUT, "")
    assert "mine.yaml is there already; --force replaces it" in err
    assert (here / "mine.yaml").read_text(encoding="utf-8") == "a year of work"
    assert tradespace("new", "mine", "--force")[0] == OK
    assert load_scenario(here / "mine.yaml").name == "mine"


def test_a_link_that_leads_nowhere_is_there_too(tradespace, here):
    (here / "mine.yaml").symlink_to(here / "nowhere.yaml")
    assert tradespace("new", "mine")[0] == BAD_INPUT
    assert not (here / "nowhere.yaml").exists()


BAD = {
    "misspelt source": (
        ["mine", "--from", "web-api-tree-tier"],
        ["web-api-tree-tier", "did you mean 'web-api-three-tier'?", "event-pipeline"],
    ),
    "unknown source": (["mine", "--from", "zzz"], ["zzz: no bundled scenario", *STARTERS]),
    "a source outside": (["mine", "--from", "../scenarios/web_api_three_tier"], ["no bundled scenario"]),
    "a very long source": (["mine", "--from", "x" * 5000], ["no bundled scenario"]),
    "slashes": (["a/b"], ["'a/b'", "small letters", "did you mean 'a-b'?"]),
    "a folder above": (["../mine"], ["'../mine'", "did you mean 'mine'?"]),
    "capitals and spaces": (["My API"], ["did you mean 'my-api'?"]),
    "with an ending": (["mine.yaml"], ["did you mean 'mine-yaml'?"]),
    "nothing": ([""], ["''"]),
    "other letters": (["größe"], ["'größe'"]),
    "a new line": (["mine\n"], ["did you mean 'mine'?"]),
    "too long": (["x" * 81], ["at most 80"]),
    "a folder that isn't there": (["mine", "--out", "no/such/mine.yaml"], ["can't be written"]),
    "a folder below a file": (["mine", "--out", "file/mine.yaml"], ["can't be written"]),
    "a folder": (["mine", "--out", "."], ["is a folder"]),
    "no name": ([], ["NAME"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_words_and_writes_nothing(tradespace, here, name):
    (here / "file").write_text("", encoding="utf-8")
    arguments, words = BAD[name]
    code, out, err = tradespace("new", *arguments)
    assert (code, out) == (BAD_INPUT, "")
    for word in words:
        assert word in err
    assert len(err) < 1000
    assert os.listdir(here) == ["file"]


def test_a_folder_that_cant_be_written_is_told(tradespace, here, monkeypatch):
    # The rights of a folder don't hold for root, who runs many build servers: its refusal is played here.
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    code, _, err = tradespace("new", "mine")
    assert code == BAD_INPUT
    assert "mine.yaml can't be written: Permission denied" in err


@pytest.mark.parametrize("command", ["check", "evaluate", "solve", "rules", "few"])
def test_a_name_stands_for_its_file(tradespace, here, command):
    by_name = tradespace(command, "black-friday-exercise")
    by_file = tradespace(command, ROOT / "data" / "scenarios" / "black_friday_exercise.yaml")
    assert by_name == by_file
    assert by_name[0] == OK
    assert os.listdir(here) == []


def test_a_file_comes_before_a_name_and_a_folder_does_not(tradespace, here):
    (here / "black-friday-exercise").mkdir()  # what `solve --out black-friday-exercise` leaves
    assert tradespace("check", "black-friday-exercise")[0] == OK
    (here / "event-pipeline").write_text("schema: 1\n", encoding="utf-8")
    code, _, err = tradespace("check", "event-pipeline")
    assert code == BAD_INPUT
    assert err.startswith("event-pipeline: ")
    assert "this key is missing" in err


MISSING = {
    "misspelt": (
        "black-friday-exercize",
        ["no such file, nor a bundled scenario", "did you mean 'black-friday-exercise'?"],
    ),
    "like the file": (
        "black_friday_exercise.yaml",
        ["no such file", "did you mean 'black-friday-exercise'?"],
    ),
    "unknown": ("zzz", ["zzz: there is no such file", "`tradespace gallery`"]),
    "elsewhere": ("no/black-friday-exercise", ["there is no such file"]),
    "a folder": ("folder", ["folder"]),
    "without its ending": ("mine", ["did you mean 'mine.yaml'?"]),
    "very long": ("x" * 3000, ["File name too long"]),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_neither_a_file_nor_a_name_is_told(tradespace, here, name):
    (here / "folder").mkdir()
    (here / "mine.yaml").write_text("", encoding="utf-8")
    given, words = MISSING[name]
    for command in ("check", "solve"):
        code, out, err = tradespace(command, given)
        assert (code, out) == (BAD_INPUT, "")
        for word in words:
            assert word in err


def test_lists_of_scenarios_take_names_too(tradespace, here):
    code, _, err = tradespace("batch", "black-friday-exercise", "--out", "out", "--store", "none")
    assert (code, err) == (OK, "")
    assert (here / "out" / "cases.csv").exists()
    code, _, err = tradespace("across", "black-friday-exercise", "black-friday-exercize")
    assert code == BAD_INPUT
    assert "did you mean 'black-friday-exercise'?" in err


def test_a_run_of_a_name_keeps_the_text_with_its_comments(tradespace, here):
    store = here / "runs.db"
    assert tradespace("solve", "web-api-three-tier", "--max-designs", "8", "--store", store)[0] == OK
    code, out, _ = tradespace("runs", "list", "--json", "--store", store)
    assert code == OK
    code, _, err = tradespace("runs", "export", json.loads(out)[0]["id"], "--out", "moved", "--store", store)
    assert (code, err) == (OK, "")
    assert b"# headline of every report" in (here / "moved").read_bytes()


def test_from_python():
    assert path_of("web-api-three-tier") == ROOT / "data" / "scenarios" / "web_api_three_tier.yaml"
    told = entry("web-api-three-tier")
    assert (told.name, told.title) == ("web-api-three-tier", "A web API in three tiers")
    # Servers in each of two phases (4 x 4), a size (2), a TTL (3), copies (3) and five switches, 2^5.
    assert told.designs == 16 * 2 * 3 * 3 * 2**5
    with pytest.raises(GalleryError, match="did you mean 'web-api-three-tier'"):
        path_of("web_api_three_tier")
    with pytest.raises(GalleryError, match="NAME"):
        refuse_name("-x")


@pytest.mark.parametrize(
    ("title", "comment"),
    [
        ("title: plain", ""),
        ("title: plain  # said so", "# said so"),
        ('title: "a # in it: \\"quoted\\""  # said so', "# said so"),
        ("title: 'it''s # one'", ""),
        ("title: >\n  folded\n  over lines", ""),
        ("title:\n  below", ""),
        ("title: plain\n  goes on", ""),
    ],
)
def test_titles_of_every_style_are_replaced(tmp_path, monkeypatch, title, comment):
    text = f"schema: 1\n{title}\nname: old\nsummary: |\n  title: stays\n  name: stays\n"
    (tmp_path / "old_one.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("optimizer.files.gallery._PLACES", (tmp_path,))
    wanted = f'title: "New"  {comment}'.rstrip()
    assert copy_of("old-one", "new") == (
        f"schema: 1\n{wanted}\nname: new\nsummary: |\n  title: stays\n  name: stays\n"
    )


def test_every_package_is_installed():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "packages"
    ]
    roots = (ROOT / name for name in ("models", "optimizer", "ui"))
    there = {
        ".".join(path.parent.relative_to(ROOT).parts) for root in roots for path in root.rglob("__init__.py")
    }
    assert set(told) == {*there, "optimizer.bundled"}


def test_an_installed_package_brings_them_along(tmp_path):
    sources = tmp_path / "checkout"
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for name in {"data", *(package.split(".")[0] for package in built["packages"])}:
        _copy(ROOT / name, sources / name)
    for name in ("pyproject.toml", "README.md", *(f"{module}.py" for module in built.get("py-modules", ()))):
        (sources / name).write_bytes((ROOT / name).read_bytes())
    build = "from setuptools import build_meta; print(build_meta.build_wheel('.'))"
    _run([sys.executable, "-W", "ignore", "-c", build], sources)
    with zipfile.ZipFile(next(sources.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = _run([sys.executable, "-m", "optimizer", "gallery", "--json"], elsewhere, tmp_path / "installed")
    assert tuple(one["name"] for one in json.loads(told)["scenarios"]) == names()
    where = "import optimizer.files.gallery as g; print(g.path_of('event-pipeline'))"
    told = _run([sys.executable, "-c", where], elsewhere, tmp_path / "installed")
    assert Path(told.strip()) == tmp_path / "installed" / "optimizer" / "bundled" / "event_pipeline.yaml"


def _copy(source, target):
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())


def _run(command, folder, installed=None):
    environment = {**os.environ, "PYTHONPATH": "" if installed is None else str(installed)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_titles_are_those_of_the_scenarios():
    from models import load_scenario
    from optimizer.files.gallery import names, path_of, title_of

    for name in names():
        scenario = load_scenario(path_of(name))
        assert title_of(name) == (scenario.title or scenario.name)
