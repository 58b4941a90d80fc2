"""Forms that people fill in: a questionnaire as a page, and the page's answers as data.

A view shows `render_form`; when it is posted, `read_submitted` gives the answers, `apply_buttons` tells whether only a
row was added or removed, and `Questionnaire.check` tells what is wrong. The page loads `forms.js` and `forms.css`.
"""

from webapp.forms.rendering import render_answers, render_form
from webapp.forms.submitted import apply_buttons, read_submitted

__all__ = ["apply_buttons", "read_submitted", "render_answers", "render_form"]
