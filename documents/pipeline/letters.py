"""What goes into the step that takes a mailed message apart, and what comes out."""

from dataclasses import dataclass

from documents.pipeline.values import Result, Work


@dataclass(frozen=True)
class Part:
    """One attachment under the name it came with; `file` is empty where nothing here opens it."""

    number: int
    name: str
    extension: str = ""
    file: str = ""


@dataclass(frozen=True)
class LetterResult(Result):
    """The attachments in their order."""

    parts: list[Part]

    def files(self) -> list[str]:
        return [part.file for part in self.parts if part.file]


@dataclass(frozen=True)
class LetterWork(Work[LetterResult]):
    """The message as it came, at `source`. Write every attachment that can be opened to a file below `folder`."""

    source: str
    folder: str

    def inputs(self) -> list[str]:
        return [self.source]
