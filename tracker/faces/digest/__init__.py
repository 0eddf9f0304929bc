"""The digest: what is to be told, and the same in text, Markdown, HTML, JSON, as a mail and as a feed."""
