"""Kinds of list filters that django-filter lacks: values by comma, repeated, or spelled `name[]`."""

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django_filters import BaseInFilter, BooleanFilter, Filter, ModelMultipleChoiceFilter, MultipleChoiceFilter
from drf_spectacular.utils import extend_schema_field

BIGGEST = 2**63 - 1


class ManyInput(forms.Widget):
    """Reads every spelling of a list: ?user=1,2 and ?user=1&user=2 and ?user[]=1&user[]=2."""

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[str]:
        """The values, without empty ones."""
        given = data.getlist(name) + data.getlist(f"{name}[]")
        return [value.strip() for text in given for value in text.split(",") if value.strip()]

    def value_omitted_from_data(self, data: Any, files: MultiValueDict[str, Any], name: str) -> bool:
        return name not in data and f"{name}[]" not in data


class FlagField(forms.NullBooleanField):
    """True, false, or nothing."""

    widget = forms.TextInput
    words = {"true": True, "1": True, "false": False, "0": False, "": None}

    def to_python(self, value: Any) -> Any:
        """Every spelling that programs use; others are refused, because ignoring them would show too much."""
        word = str(value or "").lower()
        if word not in self.words:
            raise forms.ValidationError("Choose true or false.")
        return self.words[word]


class FlagFilter(BooleanFilter):
    """?pinned=true, ?pinned=1, ?pinned=False."""

    field_class = FlagField


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class RowsFilter(ModelMultipleChoiceFilter):
    """Rows that point at any of the named ones; unknown and invisible ids are 400. Give `queryset` as a function
    from the request to what the person may view."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, distinct=False, widget=ManyInput, **kwargs)


class ChoicesFilter(MultipleChoiceFilter):
    """Rows with any of the named values; unknown ones are 400."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, distinct=False, widget=ManyInput, **kwargs)


class IdsFilter(BaseInFilter, Filter):
    """Rows with any of the ids; unknown ids match nothing, what is no whole number is 400."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=ManyInput, min_value=-BIGGEST, max_value=BIGGEST, **kwargs)
