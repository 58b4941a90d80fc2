"""The same program for `python -m webapp.commands`: this is how the web process starts its worker."""

from webapp.commands import main

main()
