"""The floor of moving pages: a new PDF with the same pages in the other order, and nothing else looked after.

Run as a program: bare_moves.py FILE TARGET MOVES
"""

import sys

import pikepdf


def order(pages: int, moves: int) -> list[int]:
    """So many pages, from all over the document, are moved to its end, the last one first."""
    moved = [number * pages // moves for number in range(moves)]
    return [number for number in range(pages) if number not in set(moved)] + moved[::-1]


def main(path: str, target: str, moves: int) -> None:
    """Copy the pages and save them."""
    with pikepdf.open(path) as old, pikepdf.new() as new:
        for number in order(len(old.pages), moves):
            new.pages.append(old.pages[number])
        new.save(target)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
