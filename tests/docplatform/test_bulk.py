"""Lists of objects in one request: what is refused, and how the refusal looks."""

from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.exceptions import APIException

from docplatform.lib import bulk
from docplatform.lib.errors import Refused
from organizations.models import Plan


class Item(serializers.Serializer[None]):
    name = serializers.CharField()


def refusal(error: APIException) -> Any:
    return error.body() if isinstance(error, Refused) else error.detail


def test_a_body_that_is_no_list() -> None:
    with pytest.raises(APIException) as caught:
        bulk.items({"name": "x"})
    assert refusal(caught.value) == {"non_field_errors": ["Send a list of objects."]}


def test_a_list_that_is_too_long() -> None:
    assert len(bulk.items([{}] * 25)) == 25
    with pytest.raises(APIException) as caught:
        bulk.items([{}] * 26)
    assert refusal(caught.value) == {"non_field_errors": ["Send at most 25 objects at once."]}


def test_a_filter_that_meets_too_many_rows() -> None:
    bulk.limit(25)
    with pytest.raises(Refused) as caught:
        bulk.limit(26)
    assert refusal(caught.value) == ["Send at most 25 objects at once."]


def test_ids_in_their_order() -> None:
    assert bulk.ids([{"id": 3}, {"id": "1"}]) == [3, 1]
    assert bulk.ids([{"document": 3}], key="document") == [3]


@pytest.mark.parametrize("bad", [{}, {"id": None}, {"id": "x"}, {"id": 1.5}, {"id": True}, {"id": 0}, {"id": 2**63}, 7])
def test_an_item_without_an_id(bad: Any) -> None:
    with pytest.raises(Refused) as caught:
        bulk.ids([{"id": 1}, bad])
    assert caught.value.status_code == 400
    assert refusal(caught.value) == ["Give every object its id, a whole number."]


def test_the_same_id_twice() -> None:
    with pytest.raises(Refused) as caught:
        bulk.ids([{"id": 1}, {"id": 1}])
    assert refusal(caught.value) == ["Name every object only once."]


def test_all_rows_or_none(db: None) -> None:
    plan = Plan.objects.create(name="Free")
    assert bulk.find(Plan.objects.all(), [plan.pk]) == {plan.pk: plan}
    with pytest.raises(Refused) as caught:
        bulk.find(Plan.objects.all(), [plan.pk, plan.pk + 1])
    assert caught.value.status_code == 400
    assert isinstance(refusal(caught.value), list)


def test_valid_items_stand_as_empty_objects_among_the_errors() -> None:
    assert bulk.validate([Item(data={"name": "a"})]) == [{"name": "a"}]
    with pytest.raises(APIException) as caught:
        bulk.validate([Item(data={"name": "a"}), Item(data={})])
    assert refusal(caught.value) == [{}, {"name": ["This field is required."]}]
