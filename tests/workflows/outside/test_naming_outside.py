"""What a form says at its fields of answers that name somebody outside."""

import pytest

from engine.database import transaction
from tests.workflows.notifications.test_mailing import MONDAY, Postbox
from tests.workflows.outside.feedback import VERA, nominate, package
from tests.workflows.small_cycle import SmallCycle, empty_database
from workflows.notifications.post import use_post
from workflows.outside.naming import LONGEST_NAME, read_outsider
from workflows.reviews.submitting import FormIncomplete, draft_of, save_draft, submit


def faults(cycle: SmallCycle, **answers: str) -> dict[str, str]:
    """What is wrong with how Ann names her client."""
    [task] = cycle.open("nominate", "ann")
    with transaction(cycle.factory) as session, pytest.raises(FormIncomplete) as refused:
        submit(session, task.id, {**VERA, **answers}, by="ann", now=cycle.now)
    assert [one.id for one in cycle.open("nominate", "ann")] == [task.id]
    return refused.value.checked.errors


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"client_name": ""}, "client_name", "Give their name, too"),
        ({"client_name": "  "}, "client_name", "Give their name, too"),
        ({"client_name": "Win: www.evil.example"}, "client_name", "Write their name alone"),
        ({"client_name": "<b>Vera</b>"}, "client_name", "Write their name alone"),
        ({"client_name": "V" * (LONGEST_NAME + 1)}, "client_name", "at most 80 letters"),
        ({"client_email": ""}, "client_email", "Give their e-mail address, too"),
        ({"client_email": "vera@client"}, "client_email", "no e-mail address"),
        ({"client_email": "olga@company.example"}, "client_email", "address of Olga, who works here. Ask Olga as a"),
        ({"client_email": " OLGA@company.example "}, "client_email", "address of Olga"),
        ({"client_email": "ann@company.example"}, "client_email", "your own address"),
    ],
)
def test_it_is_said_at_the_field(
    clients: SmallCycle, postbox: Postbox, answers: dict[str, str], field: str, words: str
) -> None:
    found = faults(clients, **answers)
    assert found.keys() == {field}
    # Where the rules of the form itself say it first, they say the same.
    assert words in found[field] or "e-mail" in found[field]


def test_a_draft_keeps_whatever_was_typed(clients: SmallCycle, postbox: Postbox) -> None:
    [task] = clients.open("nominate", "ann")
    with transaction(clients.factory) as session:
        save_draft(session, task.id, {"client_email": "vera@client.example"}, by="ann", now=clients.now, version=0)
    with clients.factory() as session:
        draft = draft_of(session, task.id)
        assert draft is not None
        assert draft.answers["client_email"] == "vera@client.example"


def test_whoever_need_not_name_anybody_leaves_both_empty(clients: SmallCycle, postbox: Postbox) -> None:
    assert nominate(clients, client_email="", client_name="").assignee == "hugo"


def test_nobody_is_named_twice() -> None:
    with empty_database("sqlite://") as factory:
        cycle = SmallCycle(factory).launch(two_clients())
        use_post(factory, Postbox())
        cycle.now = MONDAY
        twice = {"other_email": "VERA@client.example", "other_name": "Somebody Else"}
        assert faults(cycle, **twice) == {
            "other_email": "Somebody is named by this address already. Name somebody else."
        }
        assert nominate(cycle, other_email="otto@client.example", other_name="Otto").step == "feedback"
        # Ben names one more, at a later step, and knows who was asked before.
        [later] = cycle.open("more", "ann")
        answers = {"third_email": "otto@client.example", "third_name": "Otto Again"}
        with transaction(factory) as session, pytest.raises(FormIncomplete) as refused:
            submit(session, later.id, answers, by="ben", now=cycle.now)
        assert refused.value.checked.errors.keys() == {"third_email"}


def two_clients() -> dict[str, bytes]:
    """The process with a second client in the same form, and a third one whom the manager names."""
    files = package()
    kept = '<rf:set name="client_name" value="client_name"/>'
    more = kept + "".join(f'<rf:set name="other_{one}" value="other_{one}"/>' for one in ("email", "name"))
    third = "".join(f'<rf:set name="third_{one}" value="third_{one}"/>' for one in ("email", "name"))
    steps = f"""<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>
<bpmn:userTask id="second" name="Second" rf:actor="outside person" rf:actorArgument="other_email, other_name"
 rf:form="feedback"/>
<bpmn:userTask id="more" name="One more" rf:actor="manager" rf:form="more"><bpmn:extensionElements>{third}
</bpmn:extensionElements></bpmn:userTask>
<bpmn:userTask id="third" name="Third" rf:actor="outside person" rf:actorArgument="third_email, third_name"
 rf:form="feedback"/>
<bpmn:sequenceFlow id="p1" sourceRef="nominate" targetRef="fork"/>
<bpmn:sequenceFlow id="p2" sourceRef="fork" targetRef="feedback"/>
<bpmn:sequenceFlow id="p3" sourceRef="fork" targetRef="second"/>
<bpmn:sequenceFlow id="p4" sourceRef="fork" targetRef="more"/>
<bpmn:sequenceFlow id="p5" sourceRef="more" targetRef="third"/>
<bpmn:sequenceFlow id="p6" sourceRef="feedback" targetRef="join"/>
<bpmn:sequenceFlow id="p7" sourceRef="second" targetRef="join"/>
<bpmn:sequenceFlow id="p8" sourceRef="third" targetRef="join"/>
<bpmn:sequenceFlow id="p9" sourceRef="join" targetRef="read"/>"""
    drawn = files["clients.bpmn"].decode().replace(kept, more)
    for old in (
        '<bpmn:sequenceFlow id="f2" sourceRef="nominate" targetRef="feedback"/>',
        '<bpmn:sequenceFlow id="f3" sourceRef="feedback" targetRef="read"/>',
    ):
        drawn = drawn.replace(old, "")
    files["clients.bpmn"] = drawn.replace('<bpmn:userTask id="read"', f'{steps}<bpmn:userTask id="read"').encode()
    form = files["forms/nominate.json"].decode()
    third_form = form.replace("client_", "third_").replace('"id": "nominate"', '"id": "more"')
    second = form.replace("client_", "other_")
    start = second.index('"components": [') + len('"components": [')
    questions = second[start : second.rindex("]")]
    at = form.rindex("]")
    files["forms/nominate.json"] = f"{form[:at]}, {questions}{form[at:]}".encode()
    files["forms/more.json"] = third_form.encode()
    return files


@pytest.mark.parametrize(
    "address",
    [
        "vera@client.example\nBcc: all@client.example",
        "vera@client.example\r\n\r\nHello",
        "vera@client.example, otto@client.example",
        "Vera <vera@client.example>",
        "vera\0@client.example",
        "vera\x07@client.example",
        "vera..klein@client.example",
        ".vera@client.example",
        "vera@-client.example",
        "vera@client..example",
        "vera@[127.0.0.1]",
        "vera@localhost",
        '"vera klein"@client.example',
        "véra@client.example",
        f"{'v' * 65}@client.example",
        f"vera@{'c' * 250}.example",
    ],
)
def test_what_is_no_plain_address_is_written_to_by_nobody(address: str) -> None:
    assert read_outsider(address, "Vera").problem == "What was given is no e-mail address."


@pytest.mark.parametrize(
    "address", ["vera@client.example", "Vera.Klein+reviews@mail.client-group.co.uk", "v_k@xn--mller-kva.example"]
)
def test_plain_addresses_are_taken_as_they_are(address: str) -> None:
    assert read_outsider(f" {address} ", "Vera").address == address
