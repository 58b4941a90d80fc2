"""A manager's team and where each review stands."""

from flask import Blueprint

blueprint = Blueprint("team", __name__, template_folder="templates")
