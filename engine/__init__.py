"""Runs BPMN 2.0 diagrams: the public face of the engine. Other layers import from here, and from nowhere inside.

```python
from engine import clock, definitions, instances, messages, registry, tasks, transaction

registry.use_router(router)                      # who gets a task, and the gate: see registry.Router
with transaction(factory) as session:            # one commit at its end; no verb commits
    definition = definitions.deploy(session, {"review.bpmn": diagram}, by="P00842", now=clock.now())
    instances.start(session, definition, name="Review of Ana", by="P00842", subject="P00001", now=clock.now())
with transaction(factory) as session:
    tasks.complete(session, task_id, by="P00001", answers={"rating": 4}, now=clock.now())
    messages.deliver(session, "Project ended", correlation="apollo", payload={"lead": "P00004"}, now=clock.now())
```

Shapes. `session` is a SQLAlchemy session, `now` an aware moment in UTC, people are strings that only the router
understands. Files of a package are `{path: bytes}`; variables, answers and payloads are JSON objects with exact
numbers; durations are ISO 8601. A verb changes rows of one instance, locked first, in a number of statements that
does not depend on the length of the diagram.

Verbs, by module:

- `definitions`: publish a package and find its versions. `inspect_package` lists all that is wrong with files without
  raising; `read_table` reads one of its decision tables, to try it out.
- `instances`: start and cancel; `suspending`: suspend and resume; `joining`: let one more member take part.
- `tasks`: load, complete, claim, release, delegate, take back, give back, hand on. `shared`: the tasks of a step that
  several people do. `turns`: those of a step that several approve one after the other. `sending_back`: send a case back
  to an earlier step. `recalling`: take back what one has completed. `reopening`: open a closed step again. `extending`:
  give more time.
- `messages`: deliver a message by its name and correlation key, to whoever waits or to a new instance; list what is
  waited for. Signals go out from diagrams, to all who wait, by jobs; `broadcast` sends one from outside.
- `incidents`: list what cannot go on and resolve it: retry, change data, skip, move the token. `batches`: the same
  for many, as jobs.
- `migration`: move running instances to another version: map, preview, apply, undo. `difference`: tell two versions
  apart in words.
- `jobs` and `queue`: do machine work that is due, in this process or in workers. `clock`: the only clock.
- `registry`: what the layers above plug in: router, handlers, populations, job kinds, listeners, known variables.
- `feel` and `dmn`: expressions and decision tables by themselves; they know nothing of the rest.

Errors. A wrong call raises a `Rejection` and has changed nothing: `NotFound`, `NotAllowed` (from the gate),
`Conflict` (closed or changed meanwhile), `InvalidDiagram` (with its `findings`). A step that cannot go on raises
nothing: it becomes an incident, and what the person did is kept. `StepFailed` is what a handler raises for that in
words of its own; `BusinessError` throws a BPMN error instead. `ConfigurationError` is for whoever installs.

Names are loaded when they are first asked for, so that importing `engine.feel` alone stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine import (
        batches,
        clock,
        definitions,
        difference,
        dmn,
        extending,
        feel,
        incidents,
        instances,
        jobs,
        joining,
        messages,
        migration,
        queue,
        recalling,
        registry,
        reopening,
        sending_back,
        shared,
        suspending,
        tasks,
        turns,
    )
    from engine.changes import Changes, request_for
    from engine.database import (
        Base,
        SessionFactory,
        UtcDateTime,
        connect,
        create_session_factory,
        explain_operational_error,
        reading,
        transaction,
    )
    from engine.deadlines import LATE_START, Calendar, count_working_days, due_at, end_of_day, parse_duration
    from engine.definitions import files_of, program_for, program_of
    from engine.diagram import BPMN, NAMESPACES, SUB_PROCESSES, Diagram, Flow, Step, read_diagram
    from engine.errors import (
        ERROR,
        WARNING,
        BusinessError,
        ConfigurationError,
        Conflict,
        EngineError,
        Finding,
        InvalidDiagram,
        NotAllowed,
        NotFound,
        Rejection,
        StepFailed,
        describe,
    )
    from engine.foresight import Foresight, foresee
    from engine.graph import Graph
    from engine.incidents import BESIDE, CHANGE, MOVE, RESOLVED, RETRY, SKIP, Resolution
    from engine.inspection import Inspection, inspect_package, read_table
    from engine.models import (
        Batch,
        BatchItem,
        Definition,
        DefinitionFile,
        FanOut,
        HistoryEntry,
        Incident,
        Instance,
        Job,
        RowId,
        Task,
    )
    from engine.packages import read_drawing, read_package
    from engine.registry import (
        Assignment,
        AssignmentRequest,
        Member,
        Router,
        ServiceCall,
        handlers,
        handlers_give,
        known_variables,
        no_table,
        populations,
        router,
        work_out_plainly,
    )
    from engine.remembering import Stay
    from engine.rounds import comes_in_rounds
    from engine.shared import SharedStep
    from engine.spiff import Program, compile_program
    from engine.states import CANCELLED, COMPLETED, IN_HAND, LIVE, NEXT, OPEN, PAUSED, RUNNING, SUSPENDED, UNFINISHED
    from engine.structure import RUNS
    from engine.tasks import OpenTask, hand_out_again
    from engine.uses import Use, list_set, list_uses
    from engine.variables import OWN
    from engine.xml import read_xml

__all__ = [
    "BESIDE",
    "BPMN",
    "CANCELLED",
    "CHANGE",
    "COMPLETED",
    "ERROR",
    "IN_HAND",
    "LATE_START",
    "LIVE",
    "MOVE",
    "NAMESPACES",
    "NEXT",
    "OPEN",
    "OWN",
    "PAUSED",
    "RESOLVED",
    "RETRY",
    "RUNNING",
    "RUNS",
    "SKIP",
    "SUB_PROCESSES",
    "SUSPENDED",
    "UNFINISHED",
    "WARNING",
    "Assignment",
    "AssignmentRequest",
    "Base",
    "Batch",
    "BatchItem",
    "BusinessError",
    "Calendar",
    "Changes",
    "ConfigurationError",
    "Conflict",
    "Definition",
    "DefinitionFile",
    "Diagram",
    "EngineError",
    "FanOut",
    "Finding",
    "Flow",
    "Foresight",
    "Graph",
    "HistoryEntry",
    "Incident",
    "Inspection",
    "Instance",
    "InvalidDiagram",
    "Job",
    "Member",
    "NotAllowed",
    "NotFound",
    "OpenTask",
    "Program",
    "Rejection",
    "Resolution",
    "Router",
    "RowId",
    "ServiceCall",
    "SessionFactory",
    "SharedStep",
    "Stay",
    "Step",
    "StepFailed",
    "Task",
    "Use",
    "UtcDateTime",
    "batches",
    "clock",
    "comes_in_rounds",
    "compile_program",
    "connect",
    "count_working_days",
    "create_session_factory",
    "definitions",
    "describe",
    "difference",
    "dmn",
    "due_at",
    "end_of_day",
    "explain_operational_error",
    "extending",
    "feel",
    "files_of",
    "foresee",
    "hand_out_again",
    "handlers",
    "handlers_give",
    "incidents",
    "inspect_package",
    "instances",
    "jobs",
    "joining",
    "known_variables",
    "list_set",
    "list_uses",
    "messages",
    "migration",
    "no_table",
    "parse_duration",
    "populations",
    "program_for",
    "program_of",
    "queue",
    "read_diagram",
    "read_drawing",
    "read_package",
    "read_table",
    "read_xml",
    "reading",
    "recalling",
    "registry",
    "reopening",
    "request_for",
    "router",
    "sending_back",
    "shared",
    "suspending",
    "tasks",
    "transaction",
    "turns",
    "work_out_plainly",
]

_HOMES = {
    "engine.changes": ("Changes", "request_for"),
    "engine.database": (
        "Base",
        "SessionFactory",
        "UtcDateTime",
        "connect",
        "create_session_factory",
        "explain_operational_error",
        "reading",
        "transaction",
    ),
    "engine.deadlines": ("LATE_START", "Calendar", "count_working_days", "due_at", "end_of_day", "parse_duration"),
    "engine.definitions": ("files_of", "program_for", "program_of"),
    "engine.diagram": ("BPMN", "Diagram", "Flow", "NAMESPACES", "SUB_PROCESSES", "Step", "read_diagram"),
    "engine.errors": (
        "BusinessError",
        "ConfigurationError",
        "Conflict",
        "ERROR",
        "EngineError",
        "Finding",
        "InvalidDiagram",
        "NotAllowed",
        "NotFound",
        "Rejection",
        "StepFailed",
        "WARNING",
        "describe",
    ),
    "engine.foresight": ("Foresight", "foresee"),
    "engine.graph": ("Graph",),
    "engine.incidents": ("BESIDE", "CHANGE", "MOVE", "RESOLVED", "RETRY", "Resolution", "SKIP"),
    "engine.inspection": ("Inspection", "inspect_package", "read_table"),
    "engine.models": (
        "Batch",
        "BatchItem",
        "Definition",
        "DefinitionFile",
        "FanOut",
        "HistoryEntry",
        "Incident",
        "Instance",
        "Job",
        "RowId",
        "Task",
    ),
    "engine.packages": ("read_drawing", "read_package"),
    "engine.registry": (
        "Assignment",
        "AssignmentRequest",
        "Member",
        "Router",
        "ServiceCall",
        "handlers",
        "handlers_give",
        "known_variables",
        "no_table",
        "populations",
        "router",
        "work_out_plainly",
    ),
    "engine.rounds": ("comes_in_rounds",),
    "engine.remembering": ("Stay",),
    "engine.shared": ("SharedStep",),
    "engine.spiff": ("Program", "compile_program"),
    "engine.states": (
        "CANCELLED",
        "COMPLETED",
        "IN_HAND",
        "LIVE",
        "NEXT",
        "OPEN",
        "PAUSED",
        "RUNNING",
        "SUSPENDED",
        "UNFINISHED",
    ),
    "engine.structure": ("RUNS",),
    "engine.tasks": ("OpenTask", "hand_out_again"),
    "engine.uses": ("Use", "list_set", "list_uses"),
    "engine.variables": ("OWN",),
    "engine.xml": ("read_xml",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    if name in __all__:
        return import_module(f"engine.{name}")
    raise AttributeError(f"The engine offers no “{name}”. What it offers is listed in engine.__all__.")
