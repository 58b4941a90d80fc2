"""Processes for HR: the library, the diagram editor, and publishing."""

from flask import Blueprint

blueprint = Blueprint("designer", __name__, url_prefix="/designer", template_folder="templates")
