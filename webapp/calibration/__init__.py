"""The calibration session: comparing the ratings of a group, changing them, closing the session."""

from flask import Blueprint

blueprint = Blueprint("calibration", __name__, url_prefix="/calibration", template_folder="templates")
