"""A goal's change may be in the KPI's unit: points, euros."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("leitstern", "0001_initial"),)

    operations = (
        migrations.AddField(
            model_name="goalrow",
            name="relative",
            field=models.BooleanField(default=True),
        ),
    )
