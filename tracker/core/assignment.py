"""The assignment problem as git solves it.

R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
Computing 38, 1987; linear-assignment.c.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import sub

FAR = 1 << 62


@dataclass(slots=True)
class Assignment:
    """A square table of costs and who has whom. prices: of the columns. rows, columns: by column and by row, -1 for none.

    Ties are broken as git does, which is why the order of every loop matters here.
    """

    table: list[list[int]]
    prices: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)

    def solve(self) -> list[int]:
        """The row of each column, -1 where git leaves one without."""
        size = len(self.table)
        if size < 2:
            return [0] * size
        self.prices, self.rows, self.columns = [0] * size, [-1] * size, [-1] * size
        contested = self._reduce_columns()
        free = self._transfer(contested)
        for _ in range(2):
            free = self._reduce_rows(free)
        for row in free:
            self._augment(row)
        return self.rows

    def _reduce_columns(self) -> set[int]:
        """Each column's price becomes its lowest cost; rows that several columns want get the last one. Which rows these are."""
        contested = set()
        for column, costs in reversed(list(enumerate(zip(*self.table, strict=True)))):
            self.prices[column] = min(costs)
            row = costs.index(self.prices[column])
            if self.columns[row] < 0:
                self.columns[row], self.rows[column] = column, row
            else:
                contested.add(row)
        return contested

    def _transfer(self, contested: set[int]) -> list[int]:
        """A row that alone wants its column lowers the price by what its next best costs more. The rows without a column."""
        for row, column in enumerate(self.columns):
            if column >= 0 and row not in contested:
                rest = list(map(sub, self.table[row], self.prices))
                del rest[column]
                self.prices[column] -= min(rest)
        return [row for row, column in enumerate(self.columns) if column < 0]

    def _reduce_rows(self, free: list[int]) -> list[int]:
        """Free rows take their cheapest column, whoever had it; the rows that are free then."""
        queue = free[::-1]
        left: list[int] = []
        turns = 50 * len(self.table)  # far more than it takes; a row displaced later waits
        while queue:
            row = queue.pop()
            turns -= 1
            costs = list(map(sub, self.table[row], self.prices))
            lowest = min(costs)
            column = first = costs.index(lowest)
            costs[first] = FAR
            gain = min(costs) - lowest
            if gain > 0:
                self.prices[column] -= gain
            else:
                column = costs.index(lowest)
                if self.rows[column] >= 0:
                    column = first
            displaced = self.rows[column]
            if displaced >= 0:
                (queue if gain > 0 and turns > 0 else left).append(displaced)
            self.columns[row], self.rows[column] = column, row
        return left

    def _augment(self, start: int) -> None:
        """Gives the row *start* a column along the shortest path of exchanges."""
        distances = list(map(sub, self.table[start], self.prices))
        before = [start] * len(distances)
        order = list(range(len(distances)))  # columns: done up to low, at the same distance up to high, others
        low = high = done = nearest = 0
        end, found = -1, False
        while not found:
            if low == high:
                done = low
                nearest, high, end = self._nearest(order, distances, low, end)
                # Git goes on from the last column it looked at, not from the free one. So the path is not always
                # the shortest, and a pair not always the best: the price of making the same pairs.
                found = any(self.rows[column] < 0 for column in order[low:high])
            else:
                low, high, end, found = self._scan(order, distances, before, low, high, nearest, end)
        for column in order[:done]:
            self.prices[column] += distances[column] - nearest
        for _ in order:
            row = before[end]
            self.rows[end] = row
            self.columns[row], end = end, self.columns[row]
            if row == start or end < 0:
                break

    def _nearest(self, order: list[int], distances: list[int], low: int, end: int) -> tuple[int, int, int]:
        """Moves the columns at the least distance to *low*. That distance, the end of them, the last column looked at."""
        least, high = distances[order[low]], low + 1
        for place in range(high, len(order)):
            end = order[place]
            if distances[end] <= least:
                if distances[end] < least:
                    least, high = distances[end], low
                order[place], order[high] = order[high], end
                high += 1
        return least, high, end

    def _scan(
        self, order: list[int], distances: list[int], before: list[int], low: int, high: int, nearest: int, end: int
    ) -> tuple[int, int, int, bool]:
        """Looks for shorter ways by the column at *low*. Both bounds, the last column looked at, whether it is a free one
        at the least distance."""
        column = order[low]
        row = self.rows[column]
        costs, prices = self.table[row], self.prices
        base = costs[column] - prices[column] - nearest
        for place in range(high, len(order)):
            end = order[place]
            distance = costs[end] - prices[end] - base
            if distance < distances[end]:
                distances[end], before[end] = distance, row
                if distance == nearest:
                    if self.rows[end] < 0:
                        return low + 1, high, end, True
                    order[place], order[high] = order[high], end
                    high += 1
        return low + 1, high, end, False
