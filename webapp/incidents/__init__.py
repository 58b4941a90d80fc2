"""What cannot go on, for HR and administrators: why, and trying it again."""

from flask import Blueprint

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents", template_folder="templates")
