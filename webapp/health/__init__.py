"""Whether this installation is able to work, for load balancers and monitoring."""

from flask import Blueprint

blueprint = Blueprint("health", __name__)
