"""Amazon Textract on this machine: answers over HTTP as the real one does, and remembers what it was asked."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, Any]]


def refusal(status: int, code: str) -> Answer:
    """An error as Amazon words it."""
    return status, {"__type": code, "Message": f"This is a {code}."}


def reading(*lines: str) -> Answer:
    """What Amazon finds on a page of these lines."""
    blocks: list[dict[str, Any]] = [_block("PAGE", "page", 0, 0, 1, 1)]
    for row, line in enumerate(lines):
        words = [_word(text, row, column) for column, text in enumerate(line.split())]
        children = [{"Type": "CHILD", "Ids": [word["Id"] for word in words]}]
        blocks.append(
            _block("LINE", f"line-{row}", 0.1, 0.1 + row * 0.05, 0.8, 0.02, Text=line, Relationships=children)
        )
        blocks += words
    return 200, {"DocumentMetadata": {"Pages": 1}, "Blocks": blocks, "DetectDocumentTextModelVersion": "1.0"}


def _word(text: str, row: int, column: int) -> dict[str, Any]:
    box = (0.1 + column * 0.2, 0.1 + row * 0.05, 0.15, 0.02)
    return _block("WORD", f"word-{row}-{column}", *box, Text=text, TextType="PRINTED")


def _block(kind: str, pk: str, left: float, top: float, width: float, height: float, **more: Any) -> dict[str, Any]:
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    box = {"Width": width, "Height": height, "Left": left, "Top": top}
    geometry = {"BoundingBox": box, "Polygon": [{"X": x, "Y": y} for x, y in corners], "RotationAngle": 0.0}
    return {"BlockType": kind, "Id": pk, "Confidence": 98.5, "Geometry": geometry} | more


class Amazon:
    """`answers` are given one after the other, the last one for ever; `pictures` are the images that came."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [reading("nothing")]
        self.pictures: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def answer(self, body: bytes, headers: dict[str, str]) -> Answer:
        """One request."""
        self.pictures.append(base64.b64decode(json.loads(body)["Document"]["Bytes"]))
        self.headers.append(headers)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def running() -> Iterator[Amazon]:
    """A server for the time of a test."""
    amazon = Amazon()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, found = amazon.answer(body, dict(self.headers))
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    amazon.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield amazon
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
