"""Settings of a project with this one app; add the app and DESK_FILE to yours."""

import os

DESK_FILE = os.environ["DESK_FILE"]  # the records; the tables of Django are the site's own
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SITE_FILE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = os.environ.get("SECRET_KEY", "for tests alone")
DEBUG, ALLOWED_HOSTS, USE_TZ = True, ["127.0.0.1"], True
ROOT_URLCONF, STATIC_URL = "recipe_django.urls", "static/"
PARTS = ["admin", "auth", "contenttypes", "sessions", "messages"]
INSTALLED_APPS = ["recipe_django", *(f"django.contrib.{part}" for part in PARTS)]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
CONTEXT = ["debug", "request"]
PROCESSORS = [f"django.template.context_processors.{name}" for name in CONTEXT]
PROCESSORS += [f"django.contrib.{part}.context_processors.{part}" for part in ("auth", "messages")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": PROCESSORS},
    }
]
