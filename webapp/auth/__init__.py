"""Signing in and out, and what a person can do with their own account."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__, template_folder="templates")
