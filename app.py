"""The app as it is served: `streamlit run app.py`; behind a proxy with `-- --allow-host NAME`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.hosts import HostGuard, allow_list_from
from ui.opening import open_browser


@asynccontextmanager
async def _opened(_: st.App) -> AsyncIterator[None]:
    open_browser()
    yield


# Streamlit finds the app by this line, in this file.
app = st.App(
    Path(__file__).with_name("navigation.py"),
    middleware=[Middleware(HostGuard, allowed=allow_list_from(sys.argv, __file__))],
    lifespan=_opened,
)

if __name__ == "__main__":
    app.run()
