"""What the user does outside of the store: links, clipboard, browser, mail client, drafts, mailboxes, b4."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.core.versions import is_offered
from tracker.faces.tui import outside
from tracker.faces.tui.draw.line import line, safe
from tracker.faces.tui.screens.base import telling
from tracker.faces.tui.screens.dialogs import Ask, Choose, Prompt
from tracker.store import read

if TYPE_CHECKING:
    from tracker.faces.tui.app import TrackerApp


class Errands:
    """Part of `TrackerApp`; everything here is called from its thread."""

    @property
    def _app(self) -> TrackerApp:
        from tracker.faces.tui.app import TrackerApp

        assert isinstance(self, TrackerApp)
        return self

    def open_evidence(self, evidence: Mapping[str, Any]) -> None:
        """Show what proves a step: a mail, another topic, or the commit's id in the footer.

        Of a row of the review it is the mail that gave the tag, which the user chooses of several ('mails': ids and words).
        """
        app, mails = self._app, evidence.get("mails", ())
        if len(mails) > 1:
            options = [*((msgid, line(words)) for msgid, words in mails), (evidence["msgid"], line("the patch itself"))]
            app.push_screen(Choose("Which mail?", options), lambda msgid: app.open_mail(msgid) if msgid else None)
        elif mails:
            app.open_mail(mails[0][0])
        elif evidence.get("msgid"):
            app.open_mail(evidence["msgid"])
        elif evidence.get("topic"):
            app.open_topic(int(evidence["topic"]), [int(evidence["topic"])])
        elif evidence.get("commit"):
            self.copy(evidence["commit"])
        else:
            app.tell(f"recorded: {safe(evidence.get('record', 'no evidence is kept'))}")

    def url(self, msgid: str) -> str:
        """The page of a mail on the server it came from."""
        app = self._app
        row = app.library.con.execute(
            "SELECT s.name FROM message m JOIN seen_at a ON a.message = m.id JOIN source s ON s.id = a.source "
            "WHERE m.msgid=? AND s.kind='lore' ORDER BY s.id LIMIT 1", (msgid,),
        ).fetchone()  # fmt: skip
        if row is not None:
            return outside.url(row[0], msgid)
        setting = app.config.server_setting
        return outside.url(setting.value if setting else "https://lore.kernel.org/all", msgid)

    def copy(self, text: str) -> None:
        """To the clipboard, by OSC 52 and by the desktop's own tool where there is one."""
        self._app.copy_to_clipboard(text)
        for command in (["wl-copy"], ["xclip", "-selection", "clipboard"], ["pbcopy"]):
            if command[0] == "wl-copy" and not os.environ.get("WAYLAND_DISPLAY"):
                continue
            if command[0] == "xclip" and not os.environ.get("DISPLAY"):
                continue
            try:
                subprocess.run(command, input=text.encode(), check=False, timeout=2, capture_output=True)
                break
            except (OSError, subprocess.TimeoutExpired):
                continue
        self._app.tell(f"copied {safe(text)}")

    def browse(self, url: str) -> None:
        """In the user's browser: beside us on a desktop, on our terminal when $BROWSER names one, else the URL is copied."""
        if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            self._app.open_url(url)
            self._app.tell(f"opened {safe(url)}")
        elif os.environ.get("BROWSER"):
            self._outside([*shlex.split(os.environ["BROWSER"].partition(":")[0]), url])
        else:
            self.copy(url)
            self._app.tell(f"no browser here (set $BROWSER), copied {safe(url)}")

    def _outside(self, command: list[str], cwd: Path | None = None, *, wait: bool = False) -> int | None:
        """Run a program on the terminal; None when it cannot be started."""
        app = self._app
        from textual.app import SuspendNotSupported

        try:
            with app.suspend():
                done = subprocess.run(command, cwd=cwd, check=False)
                if wait:
                    print(f"\n[{' '.join(command)} ended with {done.returncode}] Enter goes back to tracker.", end="", flush=True)
                    input()
            return done.returncode
        except (OSError, EOFError) as error:
            app.tell(f"{command[0]}: {getattr(error, 'strerror', None) or error}", bad=True)
        except SuspendNotSupported:
            app.tell("this terminal cannot run another program", bad=True)
        return None

    def open_mail_client(self, number: int) -> None:
        """All mails of a topic in the user's mail client or pager."""
        with telling(self._app):
            path = outside.private_file(".mbox")
            try:
                outside.write_mbox(path, outside.raws(self._app.library.con, number))
                command = outside.mailbox_command(path, os.environ)
                if self._outside(command) is not None:
                    self._app.tell(f"{command[0]} is done")
            finally:
                path.unlink(missing_ok=True)

    def reply(self, msgid: str) -> None:
        """A draft that answers a mail, handed to the mail client or editor. Nothing is sent from here."""
        from tracker.core.draft import reply_draft
        from tracker.core.message import parse
        from tracker.store.mail import read_raw

        app = self._app
        with telling(app):
            row = read.message_row(app.library.con, msgid)
            raw = read_raw(app.library.con, row.id) if row else None
            if raw is None:
                app.tell("this mail is not at hand", bad=True)
                return
            path = outside.write_draft(app.config.data, reply_draft(parse(raw), outside.senders(app.library.me)))
            self._outside(outside.draft_command(path, os.environ))
            app.tell(f"draft kept: {path}")

    def ask_save(self, number: int, topic: Mapping[str, Any]) -> None:
        """Save all mails as an mbox."""
        app = self._app

        def save(path: Path) -> None:
            with telling(app):
                mails = outside.raws(app.library.con, number)
                outside.write_mbox(path, mails)
                app.tell(f"{len(mails)} mails saved to {path}")

        def answered(text: str | None) -> None:
            if not text:
                return
            path = Path(text).expanduser()
            if not path.exists():
                save(path)
                return
            app.push_screen(Ask("Overwrite?", f"{path} is there already."), lambda yes: save(path) if yes else None)

        app.push_screen(Prompt("Save as mbox", f"All mails of #{number}.", f"{topic['slug']}.mbox"), answered)

    def ask_apply(self, topic: Mapping[str, Any]) -> None:
        """Apply a version with b4 in a repository that the user names."""
        app = self._app
        usable = [one for one in topic["revisions"] if one["patches"] and one["complete"] and not is_offered(one)]
        if not usable:
            app.tell("no version is here in full; r fetches them", bad=True)
            return

        def chosen(series: str | None) -> None:
            if series:
                label = next(one["label"] for one in usable if one["series"] == series)
                where = Prompt(f"Apply {label} with b4 shazam", "In which repository? Its current branch is used.", os.getcwd())
                app.push_screen(where, lambda text: self._apply(topic, series, text) if text else None)

        if len(usable) == 1:
            chosen(usable[0]["series"])
            return
        options = [(one["series"], line(f"{safe(one['label']):12} {safe(one['subject'])}")) for one in reversed(usable)]
        app.push_screen(Choose("Which version?", options), chosen)

    def _apply(self, topic: Mapping[str, Any], series: str, text: str) -> None:
        app, repository = self._app, Path(text).expanduser()
        if not (repository / ".git").exists():
            app.tell(f"no git repository: {repository}", bad=True)
            return

        label, version = next((one["label"], one["version"]) for one in topic["revisions"] if one["series"] == series)

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            with telling(app):
                mbox = outside.private_file(".mbox")
                try:
                    outside.write_mbox(mbox, outside.raws(app.library.con, topic["id"]))
                    code = self._outside(outside.apply_command(series, version, mbox), repository, wait=True)
                    if code is not None:
                        done = f"{safe(label)} is applied in {repository}"
                        app.tell(done if code == 0 else f"b4 ended with {code}", bad=code != 0)
                finally:
                    mbox.unlink(missing_ok=True)

        where = f"b4 shazam in {repository}, {outside.branch_of(repository)}"
        app.push_screen(Ask("Apply?", f"{safe(label)} of {safe(topic['title'])}\n\n{where}"), answered)
