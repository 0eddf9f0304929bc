"""What the screens show, as lines of styled text. Nothing here knows Textual: values in, lines out."""
