"""Takes uploads to the local storage at signed URLs, as S3 does at its own."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from docplatform.lib import storage
from docplatform.lib.storage import signing
from docplatform.lib.storage.local import LocalStorage
from docplatform.lib.storage.receiving import Cut, receive
from docplatform.lib.storage.transfers import Busy, busy_response

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "PUT, OPTIONS",
    "Access-Control-Allow-Headers": "*",
}


@csrf_exempt
def upload(request: HttpRequest, signed: str) -> HttpResponse:
    """PUT raw bytes: 200 with an empty body. 403 for a wrong or old URL, 413 when too large, 400 when cut short,
    507 when the disk is nearly full.

    The signature in the URL is the permission, so cookies and CSRF tokens play no part.
    """
    response = _upload(request, signed)
    for name, value in CORS.items():
        response[name] = value
    return response


def _upload(request: HttpRequest, signed: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=200)
    if request.method != "PUT":
        return HttpResponse("PUT the file's bytes to this address.", status=405, headers={"Allow": "PUT, OPTIONS"})
    key, local = signing.upload_key(signed), storage.backend()
    if key is None or not isinstance(local, LocalStorage):
        return HttpResponse("This upload address is not valid any more. Ask for the document again.", status=403)
    try:
        receive(request, local, key)
    except Busy:
        return busy_response()
    except Cut as cut:
        return HttpResponse(str(cut), status=cut.status)
    return HttpResponse(status=200)
