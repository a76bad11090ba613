# Which page rows were typed on.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leitstern", "0007_audit_chain"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="kind",
            field=models.CharField(blank=True, db_index=True, max_length=10),
        ),
    ]
