"""What somebody outside of the organisation sees: the form behind the link in their mail, and nothing else."""

from flask import Blueprint

blueprint = Blueprint("outside", __name__, template_folder="templates")
