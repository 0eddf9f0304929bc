"""Where sources, core and store meet: following, polling, importing. The only layer that knows all of them."""
