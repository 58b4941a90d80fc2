"""Two drafts side by side, or a draft and a published version: what is different, and what would come of each."""

from flask import Blueprint

blueprint = Blueprint("comparisons", __name__, url_prefix="/comparisons", template_folder="templates")
