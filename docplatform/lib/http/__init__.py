"""The only door for requests to other servers: public addresses only, limited in size and time, no cookies."""

from docplatform.lib.http.download import Stopped, download
from docplatform.lib.http.failures import Failed
from docplatform.lib.http.fetch import Answer, fetch_json
from docplatform.lib.http.urls import parse

__all__ = ["Answer", "Failed", "Stopped", "download", "fetch_json", "parse"]
