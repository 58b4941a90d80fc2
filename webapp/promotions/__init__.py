"""Executive decisions: one page a case, and one signature."""

from flask import Blueprint

blueprint = Blueprint("promotions", __name__, url_prefix="/decisions", template_folder="templates")
