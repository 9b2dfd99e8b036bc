"""The app as it is served: `streamlit run app.py`; behind a proxy with `-- --allow-host NAME`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.hosts import HostGuard, allow_list_from
from ui.navigation import draw_app
from ui.opening import open_browser


@asynccontextmanager
async def _opened(_: st.App) -> AsyncIterator[None]:
    open_browser()
    yield


# Streamlit finds the app by this line, in this file.
app = st.App(
    Path(__file__),
    middleware=[Middleware(HostGuard, allowed=allow_list_from(sys.argv, __file__))],
    lifespan=_opened,
)

if get_script_run_ctx(suppress_warning=True) is not None:
    draw_app()  # run as the script of a session, by the server above or by a test
elif __name__ == "__main__":
    app.run()
