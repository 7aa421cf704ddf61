"""Tries of a code are counted for each challenge. The columns may be empty: servers that do not know of them write on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0003_places")]

    operations = [
        migrations.AddField(
            model_name="signincode",
            name="challenge_hash",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="signincode",
            name="challenge_tries",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="tries by the one who asked"),
        ),
    ]
