"""Who reads the images of pages: the engines that people may choose from."""

from documents.choices import OcrEngine
from documents.pipeline.engines.base import Engine
from documents.pipeline.engines.tesseract import Tesseract
from documents.pipeline.engines.textract import Textract

__all__ = ["ENGINES", "Engine"]

ENGINES: dict[str, Engine] = {
    OcrEngine.TESSERACT: Tesseract(),
    OcrEngine.TEXTRACT: Textract(instead=Tesseract()),
}
