"""A person's working days in a dry run: which task comes next, and how much of the day is left for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from workflows.simulation.assumptions import Work

MORNING, EVENING = time(9), time(17)
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class Errand:
    """A task as it is worked off in a dry run.

    `key` tells it from every other task, by its step, whom it is about, and the round. `holder` is who has it, `group`
    the group it was handed to. `minutes` is the time it takes; `begins` is when it is begun at the earliest, None when
    it never is. `idle` says that it was left lying beyond its deadline on purpose.
    """

    id: int
    key: str
    step: str
    name: str
    subject: str | None
    case: str
    work: Work
    holder: str | None
    group: str | None
    opened: datetime
    due: datetime | None
    explanation: list[dict[str, str]]
    minutes: float
    begins: datetime | None
    idle: bool = False
    done: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether it was done after its deadline."""
        return self.done is not None and self.due is not None and self.done > self.due

    @property
    def missed_for_lack_of_time(self) -> bool:
        """Whether it was done late although nobody left it lying."""
        return self.is_late and not self.idle


@dataclass
class Desk:
    """What somebody has to do. Tasks are worked off in the order of their deadlines, on working days from 9 on."""

    person: str
    zone: ZoneInfo
    minutes_a_day: float
    works_on: Callable[[str, date], bool]
    upcoming: list[tuple[datetime, int]] = field(default_factory=list)
    ready: list[tuple[datetime, int]] = field(default_factory=list)
    current: int | None = None
    remaining: float = 0
    day: date = date.min
    used: float = 0
    awake: datetime | None = None
    is_finishing: bool = False
    minutes: dict[date, float] = field(default_factory=dict)
    waiting: float = 0
    most_waiting: tuple[float, date] = (0, date.min)

    def take(self, errand: Errand) -> None:
        """Put a task on the desk, to be begun when its moment has come."""
        if errand.begins is None:
            return
        heappush(self.upcoming, (errand.begins, errand.id))

    def note_ready(self, errand: Errand, now: datetime) -> None:
        """A task is ready to be begun: it waits from now on."""
        heappush(self.ready, (errand.due or FAR, errand.id))
        self.waiting += errand.minutes
        if self.waiting > self.most_waiting[0]:
            self.most_waiting = (self.waiting, self.today(now))

    def today(self, now: datetime) -> date:
        """The day it is for this person."""
        return now.astimezone(self.zone).date()

    def next_moment(self, now: datetime) -> datetime | None:
        """When the person can next do something, not before `now`; None if they never work again."""
        local = now.astimezone(self.zone)
        self._turn_page(local.date())
        day = local.date()
        if self.works_on(self.person, day) and local.time() < EVENING and self.used < self.minutes_a_day:
            return max(local, datetime.combine(day, MORNING, self.zone)).astimezone(UTC)
        return self._next_morning(day)

    def _next_morning(self, day: date) -> datetime | None:
        for distance in range(1, 800):
            following = day + timedelta(days=distance)
            if self.works_on(self.person, following):
                return datetime.combine(following, MORNING, self.zone).astimezone(UTC)
        return None

    def _turn_page(self, day: date) -> None:
        if day != self.day:
            self.day, self.used = day, 0

    def work(self, now: datetime) -> datetime | None:
        """Work on the current task as long as the day allows; when it is done today, the moment of that, else None."""
        self._turn_page(self.today(now))
        spent = min(self.remaining, self.minutes_a_day - self.used)
        self.used += spent
        self.minutes[self.day] = self.minutes.get(self.day, 0) + spent
        self.remaining -= spent
        self.waiting -= spent
        return now + timedelta(minutes=spent) if self.remaining <= 0 else None

    def pick(self) -> int | None:
        """The task that is due first among those that are ready."""
        return heappop(self.ready)[1] if self.ready else None
