"""How large a form and the answers to it may be. Generous for people, narrow for attackers."""

MAX_FORM_BYTES = 512 * 1024
MAX_FIELDS = 300
MAX_NESTING = 6
MAX_OPTIONS = 500
MAX_LABEL = 1_000
MAX_PROSE = 20_000
MAX_KEY = 100

MAX_ROWS = 100
MAX_TEXT = 50_000
MAX_SUBMITTED_NAMES = 5_000
MAX_SUBMITTED_CHARACTERS = 2_000_000
