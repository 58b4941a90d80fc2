"""Whether a process can always come to its end: proved by trying every way through it, whatever the data say.

What is found: joins that wait for a step which is never reached, circles without a way out, steps that can never
happen, and branches that run side by side where one way is meant. Each with the choices that lead there.
"""

from engine.soundness.judging import find_unsound

__all__ = ["find_unsound"]
