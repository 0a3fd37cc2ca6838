"""One line of the benchmark's report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A figure and its floor. `bound` is what the ratio `ours / floor` may be at most (or at least)."""

    name: str
    ours: float
    floor: float
    unit: str
    bound: float
    at_least: bool = False

    @property
    def ratio(self) -> float:
        """Ours over the floor."""
        return self.ours / self.floor if self.floor else float("inf")

    @property
    def holds(self) -> bool:
        """Whether the ratio keeps to its bound."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "ok" if self.holds else "MISSED"
        return (
            f"{self.name:<44} {self.ours:>9.2f} {self.floor:>9.2f} {self.unit:<9}"
            f" {self.ratio:>6.2f}  {sign} {self.bound:<5g} {verdict}"
        )


HEADER = f"{'figure':<44} {'ours':>9} {'floor':>9} {'unit':<9} {'ratio':>6}  bound"
