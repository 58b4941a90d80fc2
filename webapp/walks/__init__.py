"""Walking through a process: choosing what and whom, playing every role, turning the clock."""

from flask import Blueprint

blueprint = Blueprint("walks", __name__, url_prefix="/walks", template_folder="templates")
