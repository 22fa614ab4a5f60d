"""Files of the page whose address has a hash of their content: compressed once, cached by browsers.

`python -m tools.build` writes them to `build/static`. Without it the page works the same, but each file is compressed
again for each visitor.
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

import flask
from dash import Dash
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from components.views import page
from serving.headers import FIXED

ROOT = Path(__file__).parent.parent
BUILT = ROOT / "build" / "static"
ASSETS = ROOT / "assets"

PLOTLY = "vendor/plotly/plotly-emlab.min.js"
"""What takes the place of the whole plotly.js. It comes at once and runs when the page stands (figures/draw.js)."""

ORDER = ("", "core/", "maths/", "figures/", "explorer/", "run/", "devices/", "page/")
"""Folders of scripts and style sheets. Of two rules that set the same thing the later one holds."""

UNUSED = ("/dash_table/", "/deps/polyfill@", "/dash_core_components-shared.")
"""Scripts of Dash that the page can do without: its table; what brings browsers of 2015 up to date, since the page
itself asks for those of 2024 (light-dark in tokens.css, Promise.withResolvers in failed_requests.js); what its core
components share that are fetched when first used, of which the page has none."""

FINGERPRINT = re.compile(r"\.v\w+m\d+\.")
"""Dash's own, in the name of a file: version of the package, time of its installation."""


@cache
def assets_path() -> str:
    """Where the assets are served: the address has a hash of all of them, since they refer to each other by name."""
    content = sha256()
    for path in _assets():
        content.update(f"{path.relative_to(ASSETS)}\0".encode() + path.read_bytes())
    return f"assets/{content.hexdigest()[:12]}"


def bundle_path(kind: str) -> str:
    """Where all of the page's own scripts (`js`) or style sheets (`css`) are, one after the other."""
    return f"{assets_path()}/emlab.{kind}"


def add_bundles(app: Dash) -> None:
    """Serve both: on a slow connection a request costs more than what these files weigh."""

    def answer(path: str, content: bytes) -> None:
        mimetype = "text/css" if path.endswith("css") else "text/javascript"
        app.server.add_url_rule(
            app.config.routes_pathname_prefix + path, path, lambda: flask.Response(content, mimetype=mimetype)
        )

    for kind in ("js", "css"):
        answer(bundle_path(kind), b"\n".join(path.read_bytes() for path in own_files(kind)))


def own_files(kind: str) -> list[Path]:
    """The page's own scripts (`js`) or style sheets (`css`), in the order in which they travel."""
    return [path for place in ORDER for path in sorted(ASSETS.glob(f"{place}*.{kind}"))]


def _assets() -> list[Path]:
    return sorted(path for path in ASSETS.rglob("*") if path.is_file())


def addresses(app: Dash) -> set[str]:
    """Every file that a visitor's browser can ask for, below the path that the page is served under."""
    prefix = app.config.routes_pathname_prefix
    page = app.server.test_client().get(prefix).get_data(as_text=True)
    named = {address.removeprefix(prefix) for address in re.findall(r'(?:src|href)="(/[^"?]+)', page)}
    asked_for_again = {"_dash-layout", "_dash-dependencies"}
    return named - asked_for_again | {f"{assets_path()}/{path.relative_to(ASSETS).as_posix()}" for path in _assets()}


def build(app: Dash, folder: Path = BUILT) -> None:
    """Write out every file with its compressed forms; what is there already stays.

    What a server that runs meanwhile or a page that is open may still ask for stays too: what was wanted before files
    last changed. What is older goes.
    """
    prefix, client, compressor = app.config.routes_pathname_prefix, app.server.test_client(), Compressor(quiet=True)
    wanted = addresses(app)
    for address in wanted:
        with client.get(prefix + address, headers={"Accept-Encoding": "identity"}) as response:
            if response.status_code != 200:
                raise RuntimeError(f"{address} is answered {response.status}")
            content, path = response.get_data(), folder / address
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if compressor.should_compress(path.name):
                list(compressor.compress(str(path)))
    kept = _wanted_lately(folder.with_suffix(".json"), wanted)
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif re.sub(r"\.(br|gz)$", "", path.relative_to(folder).as_posix()) not in kept:
            path.unlink()


def _wanted_lately(record: Path, wanted: set[str]) -> set[str]:
    """What is wanted now and what was before it changed, as it is put on record."""
    last = json.loads(record.read_text("utf-8")) if record.is_file() else []
    if sorted(wanted) not in last[:1]:
        last = [sorted(wanted), *last][:2]
        record.write_text(json.dumps(last), "utf-8")
    return {address for addresses in last for address in addresses}


def serve(app: Dash, folder: Path = BUILT) -> None:
    """Serve what was built before anything else is asked."""
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
    """Dash, without the scripts that the page does not use."""

    def interpolate_index(self, scripts: str = "", metas: str = "", **parts: Any) -> str:  # type: ignore[override]
        """Fill the page in, and have the browser ask at once for what Dash asks for when its scripts run."""
        kept = [tag for tag in scripts.splitlines() if not any(name in tag for name in UNUSED)]
        query = flask.request.query_string.decode("latin-1")
        prefix = self.config.requests_pathname_prefix
        soon = [f"{prefix}_dash-layout{query and '?'}{query}", f"{prefix}_dash-dependencies"]
        tags = [f'<link rel="preload" as="fetch" crossorigin href="{escape(address)}">' for address in soon]
        parts["title"], outline = page.before(query)  # assets/core/skeleton.css
        soon_drawn = outline["data-opens"] != "background"  # what is preloaded and not used browsers complain of
        how = "preload" if soon_drawn else "prefetch"
        tags.append(f'<link rel="{how}" as="script" id="plotly" href="{prefix}{assets_path()}/{PLOTLY}">')
        entry = 'id="react-entry-point"'
        data = [f'{name}="{value}"' for name, value in outline.items()]
        parts["app_entry"] = parts["app_entry"].replace(entry, " ".join([entry, *data]))
        return str(super().interpolate_index(scripts="\n".join(kept), metas="\n".join([metas, *tags]), **parts))
