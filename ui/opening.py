"""The browser of this machine, opened when the app starts."""

from __future__ import annotations

from streamlit import cli_util, config
from streamlit.web.server import server_util


def open_browser() -> None:
    """Opens the app's address in the browser of this machine, where there is one and it is wanted.

    Streamlit does it for a script, but not for an app with middleware.
    """
    if config.get_option("server.headless"):
        return
    address = config.get_option("server.address")
    cli_util.open_browser(server_util.get_url(server_util.get_display_address(address or "localhost")))
