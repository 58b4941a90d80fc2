"""A million open tasks, made by the database itself: fifty thousand people, five cycles, and a huge group."""

from dataclasses import dataclass

from sqlalchemy import text

from engine.database import SessionFactory
from tests.workflows.people.cast import NOW

PEOPLE = 50_000
TASKS = 1_000_000
CYCLES = 5
UNITS = 400
MANAGER, HEAVY = "P7", "P1"
"""Somebody with as many tasks as most have, and somebody with three thousand."""

_STATEMENTS = (
    """INSERT INTO definition (id, key, version, name, checksum, deployed_at)
       VALUES (1, 'annual_review', 1, 'Annual review', 'none', :now)""",
    """INSERT INTO person (id, name, email, language, time_zone, hire_date, gender)
       SELECT 'P' || n, (ARRAY['Ann','Ben','Carl','Dora','Eva','Finn','Gita','Hugo'])[1 + n % 8] || ' '
                || initcap(translate(n::text, '0123456789', 'aeioulmnrt')) || 'son',
              'p' || n || '@crowd.example', 'en', 'UTC', DATE '2020-01-01', 'x'
       FROM generate_series(0, :people - 1) n""",
    "INSERT INTO org_unit (id) SELECT 'U' || n FROM generate_series(0, :units - 1) n",
    """INSERT INTO org_unit_version (unit_id, name, parent_id, head_id, cost_centre, valid_from)
       SELECT 'U' || n, 'Unit ' || n, NULL, NULL, 'C', DATE '2020-01-01' FROM generate_series(0, :units - 1) n""",
    """INSERT INTO person_version (person_id, manager_id, org_unit, site, country, works_council, job_title, grade,
                                   job_family, employment_type, status, cost_centre, fte, salary, currency,
                                   bonus_target_pct, valid_from)
       SELECT 'P' || n, CASE WHEN n > 0 THEN 'P' || n / 8 END, 'U' || n % :units, 'S', 'DE', FALSE, 'Specialist',
              'G5', 'F', 'employee', 'active', 'C', 1, 50000, 'EUR', 0, DATE '2020-01-01'
       FROM generate_series(0, :people - 1) n""",
    """INSERT INTO account (person_id, password_hash, roles, session_token, failed_logins, created_at)
       SELECT 'P' || n, 'none', CASE WHEN n = 2 THEN '["hr"]' ELSE '[]' END::json, 'token' || n, 0, :now
       FROM generate_series(0, 20) n""",
    """INSERT INTO instance (id, definition_id, process, root_id, name, state, variables, blob, revision, started_at)
       SELECT n, 1, 'annual_review', n, 'Review ' || n, 'running', '{}', '', 1, :now
       FROM generate_series(1, :cycles) n""",
    """INSERT INTO cycle (id, name, definition_id, instance_id, period_from, period_to, population, state, launched_by,
                          launched_at)
       SELECT n, 'Review ' || n, 1, n, DATE '2026-01-01', DATE '2026-12-31', '{}', 'running', 'P2', :now
       FROM generate_series(1, :cycles) n""",
    """INSERT INTO review_case (cycle_id, root_id, person_id, manager_id, org_unit, calibration_group, state)
       SELECT c, c, 'P' || n, 'P' || n / 8, 'U' || n % :units, 'g', 'open'
       FROM generate_series(1, :cycles) c, generate_series(0, :people - 1) n""",
    """INSERT INTO task (instance_id, root_id, definition_id, token, step, name, state, subject, assignee, "group",
                         explanation, priority, created_at, due_at, revision)
       SELECT 1 + n / 7 % :cycles, 1 + n / 7 % :cycles, 1, 't' || n, 'step_' || n / 3 % 13, 'Step ' || n / 3 % 13,
              'open', 'P' || (n * 7) % :people,
              CASE WHEN n % 5 = 0 THEN NULL WHEN n % 333 = 1 THEN 'P1' ELSE 'P' || (n * 31) % :people END,
              CASE WHEN n % 5 = 0 THEN CASE WHEN n % 50 = 0 THEN 'executive' ELSE 'hr' END END,
              '[]', n % 3, :now, CASE WHEN n % 11 > 0 THEN :now + ((n * 13) % 2000 - 300) * INTERVAL '1 hour' END, 1
       FROM generate_series(0, :tasks - 1) n""",
    """INSERT INTO set_aside (task_id, person_id, until, reason)
       SELECT id, assignee, :now + INTERVAL '3 days', 'snoozed' FROM task WHERE id % 40 = 0 AND assignee IS NOT NULL""",
)


@dataclass(frozen=True)
class Crowd:
    """The database with all of it."""

    factory: SessionFactory
    tasks: int = TASKS

    def gather(self) -> "Crowd":
        """Make everybody and everything, and let the database look at it."""
        counts = {"now": NOW, "people": PEOPLE, "cycles": CYCLES, "units": UNITS, "tasks": self.tasks}
        engine = self.factory.kw["bind"]
        with engine.begin() as connection:
            for statement in _STATEMENTS:
                bound = {name: value for name, value in counts.items() if f":{name}" in statement}
                connection.execute(text(statement), bound)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        return self
