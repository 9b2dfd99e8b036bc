"""The pages, one question each; Streamlit runs them as scripts."""
