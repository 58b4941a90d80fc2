"""Rewards: what was proposed and granted, for HR and for payroll."""

from flask import Blueprint

blueprint = Blueprint("rewards", __name__, url_prefix="/rewards", template_folder="templates")
