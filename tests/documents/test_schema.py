"""The API describes itself, without help from elsewhere."""

from typing import Any

from django.test import Client

from organizations.models import User
from tests.conftest import client_of


def test_the_index_names_the_lists(anonymous: Any, db: None) -> None:
    response = client_of(anonymous).get("/api/")
    assert response.json()["documents"] == "http://127.0.0.1:8000/api/documents/"
    assert client_of(anonymous).get("/api/?format=json").status_code == 200


def test_the_schema_covers_documents(owner: User) -> None:
    schema = client_of(owner).get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    paths = schema["paths"]
    assert {"get", "post", "put", "patch", "delete"} <= set(paths["/api/documents/"])
    assert {"get", "put", "patch", "delete"} <= set(paths["/api/documents/{id}/"])
    assert {"post", "delete"} <= set(paths["/api/documents/{id}/process/"])
    names = {parameter["name"] for parameter in paths["/api/documents/"]["get"]["parameters"]}
    assert {"user", "access", "created_at__lt", "id__in", "ordering", "expand", "cursor", "per_page"} <= names


def test_the_documentation_loads_nothing_from_elsewhere(client: Client, db: None) -> None:
    page = client.get("/api/schema/redoc/", follow=True).content.decode()
    assert "/drf_spectacular_sidecar/" in page
    assert "//cdn" not in page and "https://" not in page
