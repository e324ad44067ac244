"""The two tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("title", models.TextField()),
                ("state", models.CharField(db_index=True, max_length=50)),
                ("assignee", models.CharField(blank=True, max_length=200)),
                ("opened_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField()),
            ],
        ),
    ]
