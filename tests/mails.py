"""Small mails for tests: people at example.org, nothing from a real list."""

from __future__ import annotations

import re
from email.utils import formatdate

START = 1_717_000_000  # 2024-05-29T16:26:40Z

DIFF = """\
diff --git a/ring.c b/ring.c
index 1111111..2222222 100644
--- a/ring.c
+++ b/ring.c
@@ -1,3 +1,4 @@
 int readers;
-int lock;
+int count;
+int depth;
 int end;
"""
OTHER_DIFF = DIFF.replace("depth", "width")


def diff_of(number: int) -> str:
    """A diff that shares no line and no file with that of another number."""
    return DIFF.replace("ring.c", f"r{number}.c").replace("lock", f"lock{number}").replace("int ", f"int_{number} ")


def mail(
    msgid: str,
    subject: str,
    body: str = "Hello.\n",
    *,
    sender: str = "Anna Author <anna@example.org>",
    to: str = "",
    refs: str = "",
    at: int = START,
    headers: str = "",
) -> bytes:
    """One raw mail. refs: message ids without brackets, oldest first, as In-Reply-To (the last) and References."""
    lines = [f"From: {sender}", f"Subject: {subject}", f"Date: {formatdate(at)}", f"Message-ID: <{msgid}>"]
    if to:
        lines.append(f"To: {to}")
    if refs:
        ids = refs.split()
        lines += [f"In-Reply-To: <{ids[-1]}>", "References: " + "\n ".join(f"<{one}>" for one in ids)]
    if headers:
        lines.append(headers)
    return ("\n".join(lines) + "\n\n" + body).encode()


def patch(
    msgid: str,
    subject: str,
    *,
    diff: str = DIFF,
    refs: str = "",
    at: int = START,
    sender: str = "Anna Author <anna@example.org>",
    log: str = "Count instead of locking.\n\nSigned-off-by: Anna Author <anna@example.org>\n",
) -> bytes:
    """One raw patch mail as git send-email makes them."""
    stat = " ring.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n\n"
    return mail(msgid, subject, f"{log}---\n{stat}{diff}-- \n2.45.0\n", refs=refs, at=at, sender=sender)


def mbox(*mails: bytes) -> bytes:
    """An mboxrd of raw mails."""
    quoted = (re.sub(rb"^(>*From )", rb">\1", raw, flags=re.MULTILINE) for raw in mails)
    return b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + raw + b"\n" for raw in quoted)
