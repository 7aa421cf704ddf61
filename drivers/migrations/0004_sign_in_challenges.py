"""Tries of a code are counted for each challenge; defaults in the database, for servers that do not know of it yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0003_places")]

    operations = [
        migrations.AddField(
            model_name="signincode",
            name="challenge_hash",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="signincode",
            name="challenge_tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="tries by the one who asked"),
        ),
    ]
