"""What a page is made of, apart from its words: to see that a text which people wrote stays a text."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(2)</script><!--&lt;{0}%s"
"""A text that, set into a page as it is, would end an attribute, an element or a comment, and run."""


class Markup(HTMLParser):
    """Elements with their attributes' names, and apart from them all text.

    Attributes:
        elements: each element that begins, with the names of its attributes; comments as `!`.
        words: all text between elements, and the attributes' values.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.words += [value for _, value in attrs if value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!",))

    def shows(self, text: str) -> bool:
        """Whether the text is there to be read, as it was written."""
        return any(text in words for words in self.words)
