"""One task: its form, what stands around it, and how it is handed in."""

from flask import Blueprint

blueprint = Blueprint("tasks", __name__, template_folder="templates")
