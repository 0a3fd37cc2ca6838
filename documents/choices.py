"""The closed lists of values that documents know."""

from django.db import models


class Access(models.TextChoices):
    """Who may see a document. INVISIBLE is a take-down: nobody, and no API speaks of it."""

    PUBLIC = "public"
    ORGANIZATION = "organization"
    PRIVATE = "private"
    INVISIBLE = "invisible"


class Status(models.TextChoices):
    """Where a document stands in its life. DELETED is never shown."""

    NOFILE = "nofile"
    PENDING = "pending"
    READABLE = "readable"
    SUCCESS = "success"
    ERROR = "error"
    DELETED = "deleted"


READY = (Status.SUCCESS, Status.READABLE)
PROCESSING = (Status.PENDING, Status.READABLE)
SHOWN_ACCESS = tuple(access.value for access in Access if access != Access.INVISIBLE)
SHOWN_STATUS = tuple(status.value for status in Status if status != Status.DELETED)


class JobKind(models.TextChoices):
    """What a job does to its document."""

    PROCESS = "process"
    REDACT = "redact"
    MODIFY = "modify"
    TEXT = "text"
    EXTRACT = "extract"
    ADOPT = "adopt"


class JobState(models.TextChoices):
    """A job is active until it is done, failed or cancelled."""

    ACTIVE = "active"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepKind(models.TextChoices):
    """The stages that jobs are made of; which kind of job has which, see documents.pipeline.jobs.ROUTES."""

    FETCH = "fetch"
    INGEST = "ingest"
    PAGES = "pages"
    OCR = "ocr"
    FINALIZE = "finalize"
    REDACT = "redact"
    MODIFY = "modify"
    TURN = "turn"
    TEXT = "text"
    PROVE = "prove"
    EXTRACT = "extract"
    ADOPT = "adopt"
    DRAW = "draw"


class StepState(models.TextChoices):
    """A step is ready, claimed by a worker, or over."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Queue(models.TextChoices):
    """The two clusters of workers: short work, and work that takes minutes."""

    FAST = "fast"
    BULK = "bulk"


class OcrEngine(models.TextChoices):
    """Programs that read page images."""

    TESSERACT = "tess4"
    TEXTRACT = "textract"


LANGUAGES: tuple[str, ...] = tuple(
    (
        "afr amh ara asm aze aze_cyrl bel ben bod bos bul cat ceb ces zho tra chr cym dan deu dzo ell eng enm epo est "
        "eus fas fin fra frk frm gle glg grc guj hat heb hin hrv hun iku ind isl ita ita_old jav jpn kan kat kat_old "
        "kaz khm kir kor kur lao lat lav lit mal mar mkd mlt msa mya nep nld nor ori pan pol por pus ron rus san sin "
        "slk slv spa spa_old sqi srp srp_latn swa swe syr tam tel tgk tgl tha tir tur uig ukr urd uzb uzb_cyrl vie yid"
    ).split()
)

EXTENSIONS: tuple[str, ...] = tuple(
    (
        "123 602 abw agd bmp cdr cgm cmx csv cwk dbf dif doc docx dot emf eps fb2 fhd fodg fodp fods fodt gif gnm "
        "gnumeric htm html hwp jpeg jpg jtd jtt key kth mml numbers odb odf odg odp ods odt p65 pages pbm pcd pct pcx "
        "pdf pgm plt pm3 pm4 pm5 pm6 pmd png pot ppm pps ppt pptx psd pub qxp ras rlf rtf sda sdc sdd sdp sdw sgf sgl "
        "sgv slk stc std sti stw svg svm sxc sxd sxi sxm sxw tga tif tiff txt uof uop uos uot vor vsd wb2 wdb wk1 wk3 "
        "wk4 wks wpd wps wq1 wq2 wri xbm xls xlsx xlt xlw xml xpm zabw zmf webp eml ps"
    ).split()
)


class ExtractKind(models.TextChoices):
    """What the platform finds in texts by itself; the names are the contract's."""

    ADDRESS = "address"
    DATE = "date"
    EMAIL = "email"
    PHONE_NUMBER = "phone_number"
    PRICE = "price"
    URL = "url"


class BulkAction(models.TextChoices):
    """What can be done to everything that a query finds."""

    ACCESS = "access"
    DATA = "data"
    PROJECTS = "projects"
    PROCESS = "process"
    DELETE = "delete"
    RESTORE = "restore"


class BulkState(models.TextChoices):
    """A bulk job is active until every document has been dealt with, or somebody cancels it."""

    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"


class BulkItemState(models.TextChoices):
    """What became of one document of a bulk job."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
