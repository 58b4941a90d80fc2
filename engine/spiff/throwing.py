"""What happens when a token comes to a throwing event."""

from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import StepFailed
from engine.spiff.catching import catch, find_catcher, find_waiting, host_of
from engine.spiff.compensating import cancel_transaction, compensate
from engine.spiff.event_specs import LEFT

OUTWARDS = ("error", "escalation")


@dataclass(frozen=True)
class Thrown:
    """An event that was thrown at a step: what about, with what, and which steps of this run caught it.

    `name` is that of the message or signal, or the code. `key` is what a message is correlated by.
    """

    kind: str
    step: str
    token: str
    name: str | None
    caught_by: tuple[str, ...] = ()
    key: str = ""
    message: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def throw(run: Any, task: Any) -> bool:
    """Carry out the throwing event that a token is at; returns whether the token goes on.

    Raises StepFailed when its values cannot be worked out, and for an error that nothing catches.
    """
    step = run.program.step(task.task_spec.bpmn_id)
    kind = task.task_spec.event_definition.kind
    if kind in ("compensate", "cancel"):
        return _compensate(task, kind, step.reference)
    payload = {name: _value(run, text) for name, text in step.parameters}
    if kind in OUTWARDS:
        return throw_outwards(run, task, kind, step.reference, message=step.name, payload=payload)
    if kind == "message":
        key = _value(run, step.settings["correlate"]) if "correlate" in step.settings else ""
        run.thrown.append(Thrown(kind, step.id, task.id.hex, step.reference, key=str(key), payload=payload))
        return True
    caught = tuple(broadcast(run, step.reference or "", payload))
    run.thrown.append(Thrown(kind, step.id, task.id.hex, step.reference, caught, payload=payload))
    return True


def _value(run: Any, text: str) -> Any:
    return run.engine.environment.evaluate(text, {})


def _compensate(task: Any, kind: str, activity: str | None) -> bool:
    if LEFT not in task.internal_data:
        if kind == "cancel":
            cancel_transaction(task)
        else:
            compensate(task, activity)
        return False
    if kind == "cancel":
        catch(find_catcher(host_of(task.workflow), "cancel", None))
        return False
    return True


def throw_outwards(
    run: Any, task: Any, kind: str, code: str | None, *, message: str, payload: dict[str, Any] | None = None
) -> bool:
    """Throw an error or escalation at `task`, to the innermost event that is about it; whether its token goes on.

    What nothing here catches leaves a run that is part of another one. Raises StepFailed for an error that can't.
    """
    catcher = find_catcher(task, kind, code)
    step = task.task_spec.bpmn_id
    caught = () if catcher is None else (catcher.task_spec.bpmn_id,)
    if catcher is None and kind == "error" and not run.nested:
        raise StepFailed(uncaught(code, message))
    run.thrown.append(Thrown(kind, step, task.id.hex, code, caught, message=message, payload=payload or {}))
    if catcher is not None:
        _note(run, catcher, code, message, payload or {})
        catch(catcher)
    elif kind == "error":
        run.blocked.add(task.id.hex)
    return kind != "error"


def uncaught(code: str | None, message: str) -> str:
    """What is said of an error that nothing in the diagram catches."""
    name = f"the error “{code}”" if code else "an error"
    return f"This step ended with {name} ({message}), and nothing in the diagram catches it."


def _note(run: Any, catcher: Any, code: str | None, message: str, payload: dict[str, Any]) -> None:
    """Give the values of what was thrown to the variables; what it was, where the catching event asks for it."""
    run.variables.update(payload)
    name = run.program.step(catcher.task_spec.bpmn_id).settings.get("result")
    if name:
        run.variables[name] = {"code": code, "message": message}


def broadcast(run: Any, name: str, payload: dict[str, Any]) -> list[str]:
    """Give a signal to everything in this run that waits for it, in one go; returns the steps that caught it."""
    waiting = [catcher for catcher in find_waiting(run.workflow, "signal") if catcher[2].reference == name]
    caught = []
    for task, chosen, _ in waiting:
        # One that interrupts may have ended the others.
        if task.id in task.workflow.tasks and task.has_state(TaskState.WAITING):
            caught.append(chosen or task.task_spec.bpmn_id)
            catch(task, chosen)
    if caught:
        run.variables.update(payload)
    return caught
