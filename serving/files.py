"""Files of the page, whose addresses have a hash of their content: compressed once, cached by browsers.

`python -m tools.build` writes them to `build/static`. Without it the page works too, but the server compresses each
file for each visitor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache, partial
from hashlib import sha256
from html import escape
from os.path import normpath
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

import flask
import orjson
from dash import Dash
from dash.development.base_component import Component
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from components.views import page
from serving.headers import FIXED

ROOT = Path(__file__).parent.parent
BUILT = ROOT / "build" / "static"
ASSETS = ROOT / "assets"

PLOTLY = "vendor/plotly/plotly-emlab.min.js"
"""Replaces the whole plotly.js. It is preloaded, and runs when the page is complete (figures/draw.mjs)."""

MAIN = "main.mjs"
"""The module that imports all others, in assets/start.js."""

ORDER = ("", "core/", "maths/", "figures/", "explorer/", "run/", "run/figures/", "devices/", "page/")
"""Folders of modules and style sheets. Later style rules override earlier ones; modules run as they are imported."""

UNUSED = ("/dash_table/", "/deps/polyfill@", "/dash_core_components-shared.")
"""Scripts of Dash that the page does not need: its table; polyfills, since the page itself needs browsers of 2024
(light-dark in tokens.css, Promise.withResolvers in failed_requests.mjs); code of core components loaded on demand."""

ROUTES = ("", "_dash-layout", "_dash-dependencies", "_dash-update-component", "_favicon.ico")
"""Addresses of Dash that the page requests, besides files."""

FINGERPRINT = re.compile(r"\.v(\w+)m\d+\.")
"""Version of the package and time of its installation, which Dash writes into file names."""

FOLDERS = ("assets/", "_dash-component-suites/")
"""Beginnings of the addresses of files."""

ENTRY = 'id="react-entry-point"'
PLACE = re.compile(r"\{\*(\w+)\*\}")
"""A place in the page's HTML for what depends on its address."""

AS_THEY_ARE = ("icons", "vendor")
"""Folders of assets that are served one by one."""


IMPORT = re.compile(r'^import (?:(?P<what>[^;"]+?) from )?"(?P<where>[^"]+)";\n', re.M)
EXPORT = re.compile(r"^export \{(?P<names>[^}]+)\};\n\Z", re.M)
OTHER = re.compile(r"^(?:import|export)\b.*", re.M)
"""An import or export that is written in another way."""
RENAMED = re.compile(r"(\w+) as (\w+)")


@cache
def assets_path() -> str:
    """Address of the assets, with a hash of all of them, since they refer to each other by name."""
    content = sha256()
    for path in _assets():
        content.update(f"{path.relative_to(ASSETS)}\0".encode() + path.read_bytes())
    return f"assets/{content.hexdigest()[:12]}"


def style_path() -> str:
    """Address of the file with all of the page's own style sheets."""
    return f"{assets_path()}/emlab.css"


def script_path() -> str:
    """Address of the file with all of the page's own modules."""
    return f"{assets_path()}/emlab.mjs"


def add_own(app: Dash) -> None:
    """Serve the page's own style sheets as one file, and its modules as another, which starts before Dash.

    A file that the page does not load is refused. The headers have a hash of the script that starts the modules, so
    this is called before `headers.add`.
    """
    prefix = app.config.routes_pathname_prefix
    contents = {
        style_path(): (b"\n".join(file.read_bytes() for file in own_files("css")), "text/css"),
        script_path(): (join(ASSETS / MAIN).encode(), "text/javascript"),
        "robots.txt": (b"User-agent: *\nDisallow:\n", "text/plain"),  # search engines may read the page
    }
    for path, (content, mimetype) in contents.items():
        app.server.add_url_rule(prefix + path, path, partial(flask.Response, content, mimetype=mimetype))
    app.renderer = start(f"{app.config.requests_pathname_prefix}{script_path()}")
    used = cache(lambda: {_without_time(address) for address in addresses(app)})

    @app.server.before_request
    def refuse_unused() -> None:
        path = flask.request.path.removeprefix(prefix)
        if path.startswith(FOLDERS) and _without_time(path) not in used():
            flask.abort(404)


def _without_time(address: str) -> str:
    """An address without the time of installation: servers of one release that were installed apart serve one page."""
    return FINGERPRINT.sub(r".v\1.", address)


def start(main: str) -> str:
    """The script that imports the module at an address, and with it all others, and then starts Dash."""
    return (ASSETS / "start.js").read_text("utf-8").replace(f'"{MAIN}"', json.dumps(main))


def join(main: Path) -> str:
    """Join a module with all that it imports into one file, in the order in which a browser would run them.

    Over HTTP/1.1 a browser sends six requests at a time, so some forty of them take long on a slow line. A module
    becomes a function that runs once and returns what it exports.

    Raises
    ------
    ValueError
        For an import or export of another form than ``import … from "…";`` and, once at the end, ``export { … };``;
        for an exported variable, since those who import it would not see it change.
    """
    seen: set[Path] = set()
    functions: list[str] = []

    def add(path: Path) -> None:
        if path in seen:
            return
        seen.add(path)
        text = path.read_text("utf-8")
        for match in IMPORT.finditer(text):
            add(_imported(path, match))
        functions.append(_as_function(path, text, main.parent))

    add(main)
    return "\n".join(functions)


def _imported(importer: Path, match: re.Match[str]) -> Path:
    return Path(normpath(importer.parent / match["where"]))  # and links are not followed out of the folder


def _constant(path: Path, folder: Path) -> str:
    """The name of the constant that holds what a module exports."""
    return "$" + re.sub(r"\W", "_", path.relative_to(folder).with_suffix("").as_posix())


def _as_function(path: Path, text: str, folder: Path) -> str:
    """``const $core_dom = (() => { const {a: b} = $core_text; …; return {byId}; })();``"""

    def imports(match: re.Match[str]) -> str:
        if match["what"] is None:
            return ""
        names = RENAMED.sub(r"\1: \2", match["what"].removeprefix("* as "))
        return f"const {names} = {_constant(_imported(path, match), folder)};\n"

    def exports(match: re.Match[str]) -> str:
        names = RENAMED.sub(r"\2: \1", match["names"])
        for name in re.findall(r"\w+(?=\s*(?:,|$))", names):
            if re.search(rf"^let {name}\b", text, re.M):
                raise ValueError(f"{path.name} must not export the variable {name}: export a function that returns it")
        return f"return {{{names}}};\n"

    body = EXPORT.sub(exports, IMPORT.sub(imports, text))
    if other := OTHER.search(body):
        raise ValueError(f"{path.name} must import and export as the other modules do; got {other[0]!r}")
    body = body.replace("import.meta.url", f'new URL("{path.relative_to(folder).as_posix()}", import.meta.url).href')
    return f"/* {path.name} */\nconst {_constant(path, folder)} = (() => {{\n{body}}})();\n"


def own_files(kind: str) -> list[Path]:
    """The page's own modules (`mjs`) or style sheets (`css`), folder by folder."""
    return [path for place in ORDER for path in sorted(ASSETS.glob(f"{place}*.{kind}"))]


def _assets() -> list[Path]:
    return sorted(path for path in ASSETS.rglob("*") if path.is_file())


def _loaded() -> list[Path]:
    """Assets that are served as they are: icons, and the code of others with its licences."""
    return [path for path in _assets() if path.relative_to(ASSETS).parts[0] in AS_THEY_ARE and path.suffix != ".md"]


def addresses(app: Dash) -> set[str]:
    """Addresses of every file that the page loads, below its prefix."""
    prefix = app.config.routes_pathname_prefix
    with app.server.test_request_context(prefix):
        page = app.index()
    named = {address.removeprefix(prefix) for address in re.findall(r'(?:src|href)="(/[^"?]+)', page)}
    dynamic = {"_dash-layout", "_dash-dependencies"}
    return named - dynamic | {f"{assets_path()}/{path.relative_to(ASSETS).as_posix()}" for path in _loaded()}


def build(app: Dash, folder: Path = BUILT) -> None:
    """Write every file with its compressed forms, unless it is there already.

    Files of the previous build stay, for a running server and open pages; older files are removed.
    """
    prefix, client, compressor = app.config.routes_pathname_prefix, app.server.test_client(), Compressor(quiet=True)
    current = addresses(app)
    for address in current:
        with client.get(prefix + address, headers={"Accept-Encoding": "identity"}) as response:
            if response.status_code != 200:
                raise RuntimeError(f"{address} is answered {response.status}")
            content, path = response.get_data(), folder / address
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if compressor.should_compress(path.name):
                list(compressor.compress(str(path)))
    keep = _recent(folder.with_suffix(".json"), current)
    for path in sorted(folder.rglob("*"), reverse=True):  # files before their folder
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif re.sub(r"\.(br|gz)$", "", path.relative_to(folder).as_posix()) not in keep:
            path.unlink()


def _recent(record: Path, current: set[str]) -> set[str]:
    """Addresses of the current build and the one before; `record` has both."""
    builds = json.loads(record.read_text("utf-8")) if record.is_file() else []
    if sorted(current) not in builds[:1]:
        builds = [sorted(current), *builds][:2]
        record.write_text(json.dumps(builds), "utf-8")
    return set().union(*builds)


def serve(app: Dash, folder: Path = BUILT) -> None:
    """Serve built files, before any other handler."""
    if folder.is_dir():
        app.server.wsgi_app = WhiteNoise(
            app.server.wsgi_app,
            root=folder,
            prefix=app.config.routes_pathname_prefix,
            max_age=0,
            allow_all_origins=False,
            immutable_file_test=lambda _path, url: bool(FINGERPRINT.search(url)) or assets_path() in url,
            add_headers_function=_add_headers,
        )


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    for name, value in FIXED.items():
        headers[name] = value


class Light(Dash):
    """Dash without the routes and scripts that the page does not use."""

    def _add_url(self, name: str, view_func: Any, methods: Sequence[str] = ("GET",)) -> None:
        """Leave out all other routes: one of them would answer every unknown address with the page."""
        if name in ROUTES or name.startswith(FOLDERS):
            super()._add_url(name, view_func, methods)

    def serve_layout(self) -> flask.Response:
        """The layout as JSON; Dash would first look for what orjson cannot write, which takes four times as long."""
        options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY  # as Dash has them
        content = orjson.dumps(self.get_layout(), Component.to_plotly_json, options)
        return flask.Response(content, mimetype="application/json")

    def interpolate_index(self, scripts: str = "", metas: str = "", **parts: Any) -> str:  # type: ignore[override]
        """Write the page's HTML; the browser preloads what Dash requests when its scripts run.

        What depends on the address comes last, in one pass: Dash fills in part after part, and would fill in what looks
        like a place of its template in an address too.
        """
        used = [tag for tag in scripts.splitlines() if not any(name in tag for name in UNUSED)]
        parts["title"] = "{*title*}"
        parts["css"] += f'\n<link rel="modulepreload" href="{self.config.requests_pathname_prefix}{script_path()}">'
        parts["app_entry"] = parts["app_entry"].replace(ENTRY, f"{ENTRY} {{*outline*}}")
        html = super().interpolate_index(scripts="\n".join(used), metas=f"{metas}\n{{*needed*}}", **parts)
        of_address = self._of_address(flask.request.query_string.decode("latin-1"))
        return PLACE.sub(lambda place: of_address[place[1]], html)

    def _of_address(self, query: str) -> dict[str, str]:
        """The parts of the HTML that depend on the query of the page's address."""
        prefix = self.config.requests_pathname_prefix
        title, outline = page.before(query)  # assets/core/skeleton.css
        needed = [f"{prefix}_dash-layout{query and '?'}{query}", f"{prefix}_dash-dependencies"]
        tags = [f'<link rel="preload" as="fetch" crossorigin href="{escape(address)}">' for address in needed]
        # Background has no figures, and browsers warn about files that are preloaded and not used.
        how = "prefetch" if outline["data-opens"] == "background" else "preload"
        tags.append(f'<link rel="{how}" as="script" id="plotly" href="{prefix}{assets_path()}/{PLOTLY}">')
        data = [f'{name}="{value}"' for name, value in outline.items()]
        return {"title": title, "outline": " ".join(data), "needed": "\n".join(tags)}
