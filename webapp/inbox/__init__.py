"""The inbox: what waits for the person who is signed in."""

from flask import Blueprint

blueprint = Blueprint("inbox", __name__, template_folder="templates")
