"""A card: a mark, a word and a message. Jupyter shows it with a coloured edge, everything else as plain text."""

import html
import sys
from typing import TYPE_CHECKING

TO_SEE_IT = "\nTo see it, call "
PLAIN_MARKS = str.maketrans({"○": "o", "✓": "+", "✗": "x", "•": "*"})


class Card:
    """What a check or a diagnosis says. A subclass has a ``look`` and a ``message``, as fields or as properties."""

    if TYPE_CHECKING:  # only declared: a property that exists would become the default of a dataclass's field

        @property
        def look(self) -> tuple[str, str, str]:
            """The mark, the word and the edge's colour, of ``palette.ROLE``."""

        @property
        def message(self) -> str:
            """What stands beside them, in one or more lines."""

    def __repr__(self) -> str:
        mark, word, _ = self.look
        return encodable(f"{mark} {word}. {self.message}")

    def _repr_html_(self) -> str:
        """The words carry the meaning, and the text takes the page's own colour, light or dark."""
        mark, word, edge = self.look
        style = f"border-left: 4px solid {edge}; padding: 0.4em 0.8em; max-width: 50em; overflow-wrap: anywhere"
        text, see, code = self.message.partition(TO_SEE_IT)
        message = html.escape(text).replace("\n", "<br>")
        message += f"<br>{see.strip()} <code>{html.escape(code)}</code>" if code else ""
        mark = f'<span aria-hidden="true">{mark} </span>'
        return f'<div role="status" style="{style}">{mark}<strong>{word}.</strong> {message}</div>'


def encodable(text: str) -> str:
    """The text, without characters that the standard output has no code for (cp1252 or ASCII on some systems)."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN_MARKS).encode(encoding, "backslashreplace").decode(encoding)
    return text
