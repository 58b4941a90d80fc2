"""Mail: writing and sending it, what its links lead to, and what did not arrive."""

from flask import Blueprint

blueprint = Blueprint("mail", __name__, template_folder="templates")
