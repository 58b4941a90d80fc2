"""Dry runs: asking for one, watching it, reading its report, comparing two."""

from flask import Blueprint

blueprint = Blueprint("simulations", __name__, url_prefix="/dry-runs", template_folder="templates")
