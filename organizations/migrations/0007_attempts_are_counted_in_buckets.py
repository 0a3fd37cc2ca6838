"""Wrong passwords are counted in the buckets too, and the buckets are made to be rewritten in place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0006_keys_invitations_and_rates")]

    operations = [
        migrations.DeleteModel(name="SignInFailure"),
        migrations.RemoveIndex(model_name="ratebucket", name="rate_bucket_by_age"),
        migrations.RunSQL(
            "ALTER TABLE organizations_ratebucket SET (fillfactor = 50)",
            "ALTER TABLE organizations_ratebucket RESET (fillfactor)",
        ),
    ]
