"""Out of office: when somebody is away, and who stands in for them."""

from flask import Blueprint

blueprint = Blueprint("absences", __name__, template_folder="templates", url_prefix="/absences")
