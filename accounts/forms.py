"""Forms of the administration. What they check is what the services check again."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class OwnPasswordForm(AdminPasswordChangeForm):
    """The old password once, the new one twice. The service looks at the old one, within the limits of signing in."""

    def clean_old_password(self) -> str:
        return self.cleaned_data["old_password"]


class PersonForm(forms.ModelForm):
    """A person of the office. An empty password leaves the one they have."""

    new_password = forms.CharField(
        label=_("new password"),
        required=False,
        max_length=72,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Setting one signs the person out everywhere."),
    )

    class Meta:
        model = User
        fields = ("username", "email", "full_name", "mobile_number", "role", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "new_password" in self.fields:
            self.fields["new_password"].required = True

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password
