"""Asking a colleague something at a task, and answering it."""

from flask import Blueprint

blueprint = Blueprint("asking", __name__, template_folder="templates")
