"""Where a review is, for the person reviewed."""

from flask import Blueprint

blueprint = Blueprint("cases", __name__, template_folder="templates")
