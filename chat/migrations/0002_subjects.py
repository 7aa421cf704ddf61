from django.db import migrations, models


class Migration(migrations.Migration):
    """Conversations get a subject. The database fills it in for rows of before, and for those that servers of the version
    before go on writing; at no moment may there be two conversations of the same pair.
    """

    dependencies = [("chat", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="subject_kind",
            field=models.CharField(
                choices=[("offer", "offer")],
                db_default="offer",
                default="offer",
                max_length=16,
                verbose_name="subject",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="subject_id",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="subject id"),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                fields=("offer_id", "driver_id", "subject_kind", "subject_id"), name="conversation_of_subject"
            ),
        ),
        migrations.RemoveConstraint(model_name="conversation", name="conversation_of_pair"),
    ]
