"""What a person answered on readiness, as a file: JSON with yes, partly or no by question."""

from __future__ import annotations

import json
from pathlib import Path

from models.errors import TradespaceError
from models.scenario.paths import nearest
from optimizer.resilience.readiness import QUESTIONS, Answer


class AnswersError(TradespaceError):
    """A file of answers that can't be used."""


def read_answers(path: Path) -> dict[str, Answer]:
    """The answers of a file.

    Raises:
        AnswersError: It can't be read, or says something else.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnswersError(f"{path} can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise AnswersError(f"{path} is no JSON: {error}") from None
    known = [name for questions in QUESTIONS.values() for name in questions]
    if not isinstance(told, dict):
        raise AnswersError(f"{path}: found no mapping; allowed: yes, partly or no for {', '.join(known)}")
    found: dict[str, Answer] = {}
    wrong = []
    for name, answer in told.items():
        if name not in known:
            hint = nearest(name, known)
            wrong.append(f"found the question {name[:60]!r}; {hint or 'allowed: ' + ', '.join(known)}")
        elif answer not in list(Answer):
            wrong.append(f"{name}: found {str(answer)[:60]!r}; allowed: {', '.join(Answer)}")
        else:
            found[name] = Answer(answer)
    if wrong:
        raise AnswersError("\n".join(f"{path}: {one}" for one in wrong))
    return found
