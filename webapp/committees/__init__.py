"""Committees and who sits in them, kept by HR."""

from flask import Blueprint

blueprint = Blueprint("committees", __name__, url_prefix="/committees", template_folder="templates")
