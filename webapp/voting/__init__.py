"""The page of a ballot: what is voted on, who votes, how one votes, and what it came to."""

from flask import Blueprint

blueprint = Blueprint("voting", __name__, url_prefix="/votes", template_folder="templates")
