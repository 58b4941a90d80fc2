"""The compiler: one module for each group of nodes, found through `compile_node`."""

from engine.feel.compiling import access, cells, comparing, control, literals, operators
from engine.feel.compiling.registry import Evaluator, compile_node

__all__ = ["Evaluator", "access", "cells", "comparing", "compile_node", "control", "literals", "operators"]
