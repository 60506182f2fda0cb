"""Why a bundle is refused."""

from __future__ import annotations


class BundleError(ValueError):
    """A bundle, or a file that should be one, that is refused. `name` is one of a few words in kebab-case; the text begins with it."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(f"{name}: {sentence}")
