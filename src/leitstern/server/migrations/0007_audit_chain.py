from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leitstern", "0006_account_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField(unique=True)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
    ]
