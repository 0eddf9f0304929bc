"""The blobs of git's index lines."""

from __future__ import annotations

from tracker.core.blobs import after, before, blob_keys, read_blobs

DIFF = b"""\
diff --git a/ring.c b/ring.c
index 1111111aaaa..2222222bbbb 100644
--- a/ring.c
+++ b/ring.c
@@ -1 +1 @@
-int a;
+int b;
diff --git a/new.c b/new.c
new file mode 100644
index 0000000..3333333
--- /dev/null
+++ b/new.c
@@ -0,0 +1 @@
+int a;
diff --git a/old.c b/old.c
deleted file mode 100644
index 4444444..0000000
--- a/old.c
+++ /dev/null
@@ -1 +0,0 @@
-int a;
diff --git a/from.c b/to.c
similarity index 90%
rename from from.c
rename to to.c
index 5555555..6666666 100644
--- a/from.c
+++ b/to.c
@@ -1 +1 @@
-int a;
+int b;
diff --git a/same.c b/moved.c
similarity index 100%
rename from same.c
rename to moved.c
"""
FILES = ("ring.c", "new.c", "old.c", "to.c", "moved.c", "other.c")


def test_before_and_after() -> None:
    """Seven digits of each side; a side that does not exist, and a file without a line, say nothing."""
    blobs = read_blobs(DIFF, FILES)
    assert blobs == ("1111111..2222222", "..3333333", "4444444..", "5555555..6666666", "", "")
    assert before(FILES, blobs) == {"ring.c": "1111111", "old.c": "4444444", "to.c": "5555555"}
    assert after(FILES, blobs) == {"ring.c": "2222222", "new.c": "3333333", "to.c": "6666666"}
    assert read_blobs(DIFF.replace(b"\n", b"\r\n"), FILES) == blobs


def test_diffs_without_blobs() -> None:
    """Of other tools, or quoted."""
    assert read_blobs(b"--- a/ring.c\n+++ b/ring.c\n@@ -1 +1 @@\n-int a;\n+int b;\n", ("ring.c",)) == ()
    assert read_blobs(b"> " + DIFF.replace(b"\n", b"\n> "), FILES) == ()


def test_keys() -> None:
    """A blob with the name of its file, wherever that stands."""
    assert blob_keys({"fs/deep/ring.c": "1111111", "new.c": "2222222"}) == {"b:1111111:ring.c", "b:2222222:new.c"}
