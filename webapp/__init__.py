"""The screens: they turn HTTP into verbs of the layers below and back."""

from typing import Any


def __getattr__(name: str) -> Any:
    """`create_app`, loaded when it is asked for: the command line must be able to check the installation before."""
    if name != "create_app":
        raise AttributeError(name)
    from webapp.application import create_app

    return create_app
