"""Codes and links wait for their job, encrypted. The columns may be empty: servers that do not know of them write on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0004_sign_in_challenges")]

    operations = [
        migrations.AddField(model_name="signincode", name="sealed", field=models.TextField(editable=False, null=True)),
        migrations.AddField(model_name="signinlink", name="sealed", field=models.TextField(editable=False, null=True)),
    ]
