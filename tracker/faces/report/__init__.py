"""Pages to share: one file each, without scripts, that loads nothing."""
