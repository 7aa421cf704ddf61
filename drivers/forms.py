"""Forms of the administration. What they check is what the service checks again."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q

from drivers import selectors
from drivers.models import Driver


class TruckForm(forms.ModelForm):
    """A truck. Its status is one that is in use already, or that the settings name."""

    class Meta:
        model = Driver
        fields = (
            "truck_number",
            "driver_name",
            "status",
            "is_active",
            "cell_phone",
            "email",
            "assigned_dispatcher",
            "city_state_zip",
            "latitude",
            "longitude",
            "dimensions",
            "rate",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" not in self.fields:
            return  # A person who may only look is shown no fields.
        choices = [("", "—"), *((status, status) for status in selectors.statuses())]
        self.fields["status"] = forms.TypedChoiceField(
            label=self.fields["status"].label, choices=choices, required=False, empty_value=None
        )
        theirs = Q(is_active=True) | Q(pk=self.instance.assigned_dispatcher_id)
        self.fields["assigned_dispatcher"].queryset = get_user_model().objects.filter(theirs).order_by("full_name")

    def changes(self) -> dict[str, Any]:
        """The changes for the service: only fields that a person has touched: the older system writes them too."""
        touched = {name: self.cleaned_data[name] for name in self.changed_data}
        if "assigned_dispatcher" in touched:
            dispatcher = touched.pop("assigned_dispatcher")
            touched["assigned_dispatcher_id"] = dispatcher.pk if dispatcher else None
        return touched
