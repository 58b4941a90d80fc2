"""The versions of a process: what runs on each, and moving what runs to another one."""

from flask import Blueprint

blueprint = Blueprint("versions", __name__, template_folder="templates", url_prefix="/processes")
