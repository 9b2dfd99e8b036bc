"""runs"""

from __future__ import annotations

import streamlit as st

from ui.solving import solved

subject = solved()
if subject is not None:
    st.write("runs")
