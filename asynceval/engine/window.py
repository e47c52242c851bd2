"""The window: how many conversations are open, shared by the lanes of one endpoint."""

from math import ceil

from anyio import Event

_FLOOR = 4


class Window:
    """Shares `size` open conversations among the lanes that still have some to start.

    So memory is bounded by the size however many models there are, a slow lane cannot crowd out the
    others, and what a finished lane leaves goes to the rest. No lane gets less than a handful.
    """

    def __init__(self, size: int) -> None:
        """Open without a lane."""
        self._size = size
        self._lanes: list[LaneWindow] = []

    def lane(self) -> "LaneWindow":
        """Return a new lane's part of the window."""
        lane = LaneWindow(self)
        self._lanes.append(lane)
        return lane

    @property
    def share(self) -> int:
        """How many conversations each lane may have open now."""
        return max(_FLOOR, ceil(self._size / max(1, len(self._lanes))))

    def remove(self, lane: "LaneWindow") -> None:
        """Give a lane's share to the others: it has nothing more to start."""
        self._lanes.remove(lane)
        for other in self._lanes:
            other.wake()


class LaneWindow:
    """One lane's part of a window."""

    def __init__(self, window: Window) -> None:
        """Start with nothing open."""
        self._window = window
        self._open = 0
        self._room = Event()

    async def enter(self) -> None:
        """Wait for a place for one more conversation."""
        while self._open >= self._window.share:
            self._room = Event()
            await self._room.wait()
        self._open += 1

    def leave(self) -> None:
        """Give a place back."""
        self._open -= 1
        self.wake()

    def wake(self) -> None:
        """Look again whether there is room."""
        self._room.set()

    def close(self) -> None:
        """Start no more conversations; the other lanes get the share."""
        self._window.remove(self)
