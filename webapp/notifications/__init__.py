"""The bell: what a person was told."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__, template_folder="templates")
