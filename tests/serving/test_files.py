"""Files compressed beforehand, and how long browsers cache them."""

from __future__ import annotations

import gzip
import re
import shutil
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import brotli
import pytest
from plotly.offline import get_plotlyjs_version
from werkzeug.test import create_environ

import settings
from app import create_app
from serving import files

ACCEPTED = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A client of a page with built files, and their folder."""
    folder = tmp_path_factory.mktemp("built")
    app = create_app()
    (folder / "assets" / "old").mkdir(parents=True)
    for name in ("run.mjs", "run.mjs.br"):
        (folder / "assets" / "old" / name).write_text("what was there before")
    files.build(app, folder)
    files.serve(app, folder)
    return app.server.test_client(), folder


def test_the_partial_plotly_is_of_the_version_that_is_installed():
    head = (files.ASSETS / files.PLOTLY).read_text("utf-8")[:100]
    assert f"v{get_plotlyjs_version()}\n" in head


def test_built_files_equal_those_of_dash_and_are_compressed_right(served):
    client, folder = served
    plain = create_app().server.test_client()
    built = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".br", ".gz"}]
    assert len(built) > 30
    for path in built:
        address, content = f"/{path.relative_to(folder).as_posix()}", path.read_bytes()
        with plain.get(address) as answer:
            assert answer.get_data() == content
        for encoding, decompress in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            with client.get(address, headers={"Accept-Encoding": encoding}) as answer:
                compressed = answer.headers.get("Content-Encoding") == encoding
                assert compressed or path.suffix == ".woff2" or len(content) < 400, path.name
                assert (decompress(answer.get_data()) if compressed else answer.get_data()) == content
                assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_build_removes_files_that_are_no_longer_served(served):
    _, folder = served
    assert not list(folder.glob("assets/old/*"))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    files.build(create_app(), folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.fixture
def changed(monkeypatch, tmp_path):
    """A function that changes the page's style sheets and returns the new address of the assets."""
    assets = shutil.copytree(files.ASSETS, tmp_path / "assets")
    monkeypatch.setattr(files, "ASSETS", assets)

    def change(comment):
        (assets / "tokens.css").write_text(f"/* {comment} */", "utf-8")
        files.assets_path.cache_clear()
        return files.assets_path()

    yield change
    files.assets_path.cache_clear()


def test_files_of_a_running_server_stay_until_files_change_once_more(changed, tmp_path):
    folder, paths = tmp_path / "static", []
    for comment in ("first", "second", "third"):
        paths.append(changed(comment))
        for _ in range(2):
            files.build(create_app(), folder)
        there = {f"assets/{path.name}" for path in (folder / "assets").iterdir()}
        assert there == set(paths[-2:])


def test_addresses_with_a_hash_are_cached_forever_and_others_are_revalidated(served):
    client, folder = served
    for address in files.addresses(create_app()):
        immutable = address.startswith(files.assets_path()) or files.FINGERPRINT.search(address)
        with client.get(f"/{address}") as answer:
            assert bool(answer.cache_control.immutable) == bool(immutable), address
            assert answer.cache_control.max_age == (timedelta(days=3650).total_seconds() if immutable else 0), address
    fingerprinted = [path for path in folder.rglob("*.js") if files.FINGERPRINT.search(path.name)]
    assert len(fingerprinted) == 6


@pytest.mark.parametrize("path", ["", "_dash-layout", "_dash-dependencies"])
def test_the_page_is_revalidated_and_not_sent_again(served, path):
    client, _ = served
    first = client.get(f"/{path}", headers=ACCEPTED)
    assert first.cache_control.no_cache
    assert first.headers["Content-Encoding"] == "br"
    again = client.get(f"/{path}", headers=ACCEPTED | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 or not path  # the page names its process
    assert again.status_code == 200 or not again.get_data()


def test_the_address_of_the_assets_changes_with_any_of_them(monkeypatch, tmp_path):
    addresses = set()
    monkeypatch.setattr(files, "ASSETS", tmp_path)
    for name, text in (("a.mjs", "1"), ("a.mjs", "2"), ("b.mjs", "")):
        (tmp_path / name).write_text(text)
        files.assets_path.cache_clear()
        addresses.add(files.assets_path())
    files.assets_path.cache_clear()
    assert len(addresses) == 3
    assert all(re.fullmatch(r"assets/[0-9a-f]{12}", address) for address in addresses)


def test_everything_is_served_without_a_build_too(tmp_path):
    app = create_app()
    before = app.server.wsgi_app
    files.serve(app, tmp_path / "nothing")
    assert app.server.wsgi_app == before
    for address in files.addresses(app):
        with app.server.test_client().get(f"/{address}", headers=ACCEPTED) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("query", ["", "v=1&view=em&n=321", "x=%22%3E%3Cscript%3E&amp"])
def test_the_page_names_the_requests_of_dash(query):
    page = create_app().server.test_client().get("/", query_string=query).get_data(as_text=True)
    named = [unescape(address) for address in re.findall(r'<link rel="preload"[^>]* href="([^"]+)"', page)]
    assert named[:2] == [f"/_dash-layout{query and '?'}{query}", "/_dash-dependencies"]
    assert named[2].endswith(files.PLOTLY)
    assert len(named) == 3


PLACES = ["metas", "title", "favicon", "css", "app_entry", "config", "scripts", "renderer"]
"""In Dash's template."""


@pytest.mark.parametrize("place", [f"{{%{name}%}}" for name in PLACES] + ["{*title*}", "{*outline*}", "{*needed*}"])
@pytest.mark.parametrize("encode", [str, quote], ids=["raw", "encoded"])
def test_no_place_of_the_template_is_filled_in_an_address(place, encode):
    odd, client, environ = encode(place), create_app().server.test_client(), create_environ()
    pages = [client.get(environ | {"QUERY_STRING": f"x={text}"}).text for text in (odd, len(odd) * "-")]
    assert pages[0].count(odd) == 1
    assert len(pages[0]) == len(pages[1])


def test_plotly_is_only_prefetched_by_views_without_figures():
    page = create_app().server.test_client().get("/?view=background").get_data(as_text=True)
    assert '<link rel="prefetch" as="script" id="plotly"' in page


UNUSED = [
    "_dash-component-suites/plotly/package_data/plotly.min.js",
    "_dash-component-suites/dash/dash_table/async-table.js",
    "_dash-component-suites/dash/dash_table/bundle.js",
    "_dash-component-suites/dash/dcc/async-graph.js",
    "_dash-component-suites/dash/dcc/dash_core_components.js",
    "_dash-component-suites/dash/dcc/dash_core_components.js.map",
    "_dash-component-suites/dash/deps/polyfill@7.12.1.min.js",
    "_dash-component-suites/dash/dash-renderer/build/dash_renderer.min.js.map",
    "_dash-component-suites/dash/dash-renderer/build/dash_renderer.v1_0_0m1.min.js",
    "_dash-component-suites/dash/dash.py",
    f"{files.assets_path()}/main.mjs",
    f"{files.assets_path()}/start.js",
    f"{files.assets_path()}/core/layout.css",
    f"{files.assets_path()}/vendor/katex/README.md",
    f"{files.assets_path()}/vendor/../emlab.css",
]


@pytest.mark.parametrize("address", UNUSED)
@pytest.mark.parametrize("build", [True, False])
def test_a_file_that_the_page_does_not_load_is_not_served(served, unbuilt, build, address):
    client = served[0] if build else unbuilt
    refused = client.get(f"/{address}", headers=ACCEPTED)
    assert (refused.status_code, refused.mimetype) == (404, "application/json")


@pytest.fixture(scope="module")
def unbuilt():
    """A client of a page without built files."""
    return create_app().server.test_client()


def test_a_page_of_a_server_that_was_installed_at_another_time_finds_its_files(unbuilt):
    scripts = [address for address in files.addresses(create_app()) if files.FINGERPRINT.search(address)]
    for address in scripts:
        other = re.sub(r"(_\d+m)\d+", r"\g<1>1700000000", address)
        with unbuilt.get(f"/{other}") as answer:
            assert other != address
            assert answer.status_code == 200


def own(kind: str) -> list[Path]:
    return [path for path in files.ASSETS.rglob(f"*.{kind}") if "vendor" not in path.parts]


def test_style_sheets_are_one_file():
    answer = create_app().server.test_client().get(f"/{files.style_path()}")
    assert answer.mimetype == "text/css"
    for path in own("css"):
        assert path.read_bytes() in answer.data, path.name


@pytest.mark.parametrize("prefix", ["/", "/lab/"])
def test_modules_are_one_file_which_is_preloaded_and_starts_the_page(prefix):
    client = create_app(settings.read({"URL_PREFIX": prefix})).server.test_client()
    page = client.get(prefix).get_data(as_text=True)
    (address,) = re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)
    answer = client.get(address, headers=ACCEPTED)
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Content-Encoding"] == "br"
    text = client.get(address).get_data(as_text=True)
    for path in own("mjs"):
        assert text.count(f"\n/* {path.name} */\n") + text.startswith(f"/* {path.name} */") == 1, path.name
    (start,) = re.findall(r'<script id="_dash-renderer"[^>]*>(.*?)</script>', page, re.S)
    assert f'const MAIN = "{address}";' in start
    assert not re.search(r"<script[^>]* src=[^>]*\.mjs", page), "Dash would run it before it starts"


@pytest.mark.parametrize(
    ("query", "view", "outline"),
    [
        ("", "gaussian", ""),
        ("?view=em", "run", ""),
        ("?view=background", "background", ""),
        ("?view=em&embed=on&hide=controls,start", "run", "embed bare"),
        ("?present=on&embed=<script>", "gaussian", "present"),
    ],
)
def test_the_page_in_outline_is_of_the_view_that_opens(served, query, view, outline):
    client, _ = served
    entry = f'id="react-entry-point" data-opens="{view}" data-outline="{outline}"'
    assert entry in client.get(f"/{query}").get_data(as_text=True)
