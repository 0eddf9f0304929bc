"""A box with a title in its upper edge."""

from __future__ import annotations

from typing import Self

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region


class Frame(Vertical):
    """A title that changes draws the upper edge anew, not what is in the box."""

    _named = ""
    _naming = False

    def entitle(self, title: str) -> None:
        """Show *title* as it is: brackets in it are no markup."""
        if title == self._named:
            return
        self._named, self._naming = title, True
        self.border_title = Content(title)
        self._naming = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As every widget's; while it gets a title only the edge is drawn."""
        if self._naming and self.is_mounted:
            regions = (Region(-1, -1, self.outer_size.width, 1),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
