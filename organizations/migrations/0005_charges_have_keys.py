from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_events_are_append_only")]

    operations = [
        migrations.AddField(
            model_name="charge", name="key", field=models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="charge", name="refunded_at", field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("key",), name="charge_once"
            ),
        ),
    ]
