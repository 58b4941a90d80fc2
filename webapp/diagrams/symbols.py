"""The small signs of BPMN as paths: (outline, details).

Signs of events and gateways are centred on 0,0, made for a circle of radius 18 and a diamond 50 wide. The others
start at 0,0 and are 16 wide and high.
"""

Symbol = tuple[str, str]

_COGS = (
    "M7 .5H9L9.4 2.6 11 3.3 12.8 2.1 14 3.3 12.7 5 13.4 6.6 15.5 7V9L13.4 9.4 12.7 11 13.9 12.8 12.8 13.9 11 12.7"
    " 9.4 13.4 9 15.5H7L6.6 13.4 5 12.7 3.2 13.9 2.1 12.8 3.3 11 2.6 9.4 .5 9V7L2.6 6.6 3.3 5 2.1 3.2 3.2 2.1 5 3.3"
    " 6.6 2.6Z"
)

EVENTS: dict[str, Symbol] = {
    "message": ("M-8.5-6H8.5V6H-8.5Z", "M-8.5-6 0 1 8.5-6"),
    "timer": (
        "M0-10A10 10 0 0 1 0 10A10 10 0 0 1 0-10Z",
        "M0-6.5V0L4 2.5M0-10V-8M0 8V10M-10 0H-8M8 0H10",
    ),
    "error": ("M-8 8-3.5-7 2 1.5 8-8 3.5 7-2-1.5Z", ""),
    "escalation": ("M0-9.5 7 8.5 0 1.5-7 8.5Z", ""),
    "signal": ("M0-9.5 9 6H-9Z", ""),
    "conditional": ("M-7-8.5H7V8.5H-7Z", "M-4.5-5H4.5M-4.5-1.7H4.5M-4.5 1.7H4.5M-4.5 5H4.5"),
    "link": ("M-9-3.5H1V-8L9.5 0 1 8V3.5H-9Z", ""),
    "compensate": ("M-.5-6.5V6.5L-9.5 0ZM8.5-6.5V6.5L-.5 0Z", ""),
    "cancel": ("M-8.5-5.5-5.5-8.5 0-3 5.5-8.5 8.5-5.5 3 0 8.5 5.5 5.5 8.5 0 3-5.5 8.5-8.5 5.5-3 0Z", ""),
    "terminate": ("M0-10A10 10 0 0 1 0 10A10 10 0 0 1 0-10Z", ""),
    "multiple": ("M0-9.5 9-2.9 5.6 7.7H-5.6L-9-2.9Z", ""),
    "parallelMultiple": ("M-3-9.5H3V-3H9.5V3H3V9.5H-3V3H-9.5V-3H-3Z", ""),
}

TASKS: dict[str, Symbol] = {
    "userTask": ("M8 1.5a3.1 3.1 0 0 1 0 6.2a3.1 3.1 0 0 1 0-6.2ZM1.8 14.8c0-3.6 2.4-5.4 6.2-5.4s6.2 1.8 6.2 5.4Z", ""),
    "manualTask": (
        "M1 7.5 5 3.5H9L7.8 5.7H14a1.1 1.1 0 0 1 0 2.2h.7a1.1 1.1 0 0 1 0 2.2H14a1.1 1.1 0 0 1-.5 2.1H6L1 11Z",
        "M14.2 7.9H9.5M14.2 10.1H9.5",
    ),
    "serviceTask": (
        _COGS,
        "M8 5.4a2.6 2.6 0 0 1 0 5.2a2.6 2.6 0 0 1 0-5.2Z",
    ),
    "businessRuleTask": ("M1 2.5H15V14H1Z", "M1 6.3H15M1 10.1H15M5.7 6.3V14M1 4.4H15"),
    "scriptTask": (
        "M4.5 1.5H14.5C12 4.2 12.2 6 13.2 8S14 12.5 11.5 14.8H1.5C4 12.5 3.8 10 2.8 8S2.5 4 4.5 1.5Z",
        "M5 5H11M5 8.1H11.5M5.5 11.3H11.8",
    ),
    "sendTask": ("M.8 3H15.2V13.5H.8Z", "M.8 3 8 9 15.2 3"),
    "receiveTask": ("M.8 3H15.2V13.5H.8Z", "M.8 3 8 9 15.2 3"),
}

MARKERS: dict[str, Symbol] = {
    "parallel": ("", "M3.5 2V14M8 2V14M12.5 2V14"),
    "sequential": ("", "M2 3.5H14M2 8H14M2 12.5H14"),
    "loop": ("", "M5.2 13.4A6 6 0 1 1 9.5 13.8M1.8 13.6H5.4V10"),
    "ad-hoc": ("", "M1.5 10C3.5 4.5 6 5.5 8 8S12.5 11.5 14.5 6"),
    "compensation": ("M7.5 3V13L1 8ZM14 3V13L7.5 8Z", ""),
    "collapsed": ("M1.5 1.5H14.5V14.5H1.5Z", "M8 4.5V11.5M4.5 8H11.5"),
}

GATEWAYS: dict[str, Symbol] = {
    "exclusiveGateway": ("", "M-6-7.5 6 7.5M6-7.5-6 7.5"),
    "parallelGateway": ("", "M0-10V10M-10 0H10"),
    "inclusiveGateway": ("", "M0-9.5A9.5 9.5 0 0 1 0 9.5A9.5 9.5 0 0 1 0-9.5Z"),
    "complexGateway": ("", "M0-10V10M-10 0H10M-7-7 7 7M7-7-7 7"),
    "eventBasedGateway": (
        "",
        "M0-12a12 12 0 0 1 0 24a12 12 0 0 1 0-24ZM0-9a9 9 0 0 1 0 18a9 9 0 0 1 0-18ZM0-6 5.7-1.9 3.5 4.9h-7L-5.7-1.9Z",
    ),
}
