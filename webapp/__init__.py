"""The screens: they turn HTTP into verbs of the layers below and back."""

from webapp.application import create_app

__all__ = ["create_app"]
