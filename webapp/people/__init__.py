"""The people of the organisation, for HR: looking them up, importing, exporting, and their sign-ins."""

from flask import Blueprint

blueprint = Blueprint("people", __name__, url_prefix="/people", template_folder="templates")
