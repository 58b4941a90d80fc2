"""Review cycles for HR: what runs, launching one, following it, and solving what is stuck."""

from flask import Blueprint

blueprint = Blueprint("cycles", __name__, url_prefix="/cycles", template_folder="templates")
