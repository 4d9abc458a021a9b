#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A site made with Django, Django REST framework, Django OAuth toolkit and Simple JWT, as Debian ships them: what logs
in, what counts pages and what checks tokens is theirs; here stand only a table of work and which of their
classes serve it.

django_site.py FOLDER WORKS.json [--access-seconds N]

WORKS.json: a list of {"code", "title", "unit", "status", "percent", "due", "updated", "note"}. The first line printed
is {"port": N, "key": an API key, "client": [id, secret]}; every account has the password "mat-khau-thu-7".

  /api/offset/works/   limit and offset; Authorization: Token KEY
  /api/page/works/     page and page_size; Bearer token of POST /api/token/, renewed by POST /api/token/refresh/
                       (rotating)
  /api/cursor/works/   next links with a cursor; Bearer token of POST /o/token/ (client credentials)
  /admin/              the form people log in by, with a CSRF token; below it an HTML table of work, 100 rows a page
"""
import argparse
import datetime
import json
import pathlib
import socketserver
import sys
import wsgiref.simple_server

from django.apps import AppConfig

PASSWORD = "mat-khau-thu-7"


def configure(folder, access_seconds):
    from django.conf import settings
    settings.configure(
        DEBUG=False, SECRET_KEY="only-for-tests-" + "0" * 40, ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF="django_site",
        USE_TZ=True, TIME_ZONE="Asia/Ho_Chi_Minh", LANGUAGE_CODE="en", USE_L10N=False, DATE_FORMAT="d/m/Y",
        DATETIME_FORMAT="d/m/Y H:i", STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "site.sqlite3"),
                               "OPTIONS": {"timeout": 30}}},
        INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                        "django.contrib.sessions", "django.contrib.messages", "rest_framework",
                        "rest_framework.authtoken", "rest_framework_simplejwt.token_blacklist", "oauth2_provider",
                        "django_site.Work"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware",
                    "django.middleware.http.ConditionalGetMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                    "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                                       "django.contrib.auth.context_processors.auth",
                                                       "django.contrib.messages.context_processors.messages"]}}],
        REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
        SIMPLE_JWT={"ACCESS_TOKEN_LIFETIME": datetime.timedelta(seconds=access_seconds),
                    "ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True},
        OAUTH2_PROVIDER={"SCOPES": {"read": "Reading"}, "ACCESS_TOKEN_EXPIRE_SECONDS": access_seconds},
        LOGGING_CONFIG=None)


class Work(AppConfig):
    """The one application of the site; its table is made by model()."""
    name, label, path = "django_site", "duty", str(pathlib.Path(__file__).parent)


def model():
    from django.db import models

    class Duty(models.Model):
        code = models.CharField("Mã nhiệm vụ", max_length=40, unique=True)
        title = models.TextField("Tên nhiệm vụ")
        unit = models.CharField("Đơn vị", max_length=40)
        status = models.CharField("Trạng thái", max_length=40)
        percent = models.DecimalField("Tiến độ", max_digits=6, decimal_places=2, null=True)
        due = models.DateField("Hạn hoàn thành", null=True)
        updated = models.DateTimeField("Cập nhật lúc")
        note = models.TextField("Ghi chú", blank=True)

        class Meta:
            app_label = "duty"
    return Duty


def views(Work):
    from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasScope
    from rest_framework import authentication, generics, pagination, permissions, serializers
    from rest_framework_simplejwt.authentication import JWTAuthentication

    class Shown(serializers.ModelSerializer):
        class Meta:
            model = Work
            exclude = ["id"]

    class Offset(pagination.LimitOffsetPagination):
        default_limit, max_limit = 25, 50

    class Page(pagination.PageNumberPagination):
        page_size, page_size_query_param, max_page_size = 40, "page_size", 40

    class Cursor(pagination.CursorPagination):
        page_size, ordering = 30, "code"

    def listing(pages, authenticates, permits):
        class Listing(generics.ListAPIView):
            queryset, serializer_class, pagination_class = Work.objects.order_by("code"), Shown, pages
            authentication_classes, permission_classes, required_scopes = [authenticates], [permits], ["read"]

            def get_queryset(self):
                since = self.request.query_params.get("updated_after")
                rows = super().get_queryset()
                return rows.filter(updated__gte=since) if since else rows
        return Listing.as_view()
    return {"offset": listing(Offset, authentication.TokenAuthentication, permissions.IsAuthenticated),
            "page": listing(Page, JWTAuthentication, permissions.IsAuthenticated),
            "cursor": listing(Cursor, OAuth2Authentication, TokenHasScope)}


def routes(Work):
    from django.contrib import admin
    from django.urls import include, path
    from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

    class WorkAdmin(admin.ModelAdmin):
        list_display = ["code", "title", "unit", "status", "percent", "due", "updated", "note"]
        ordering, list_per_page = ["code"], 100
    admin.site.register(Work, WorkAdmin)
    return [path("admin/", admin.site.urls), path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
            path("api/token/", TokenObtainPairView.as_view()), path("api/token/refresh/", TokenRefreshView.as_view()),
            *[path("api/%s/works/" % name, view) for name, view in views(Work).items()]]


def fill(Work, rows):
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from oauth2_provider.models import Application
    from rest_framework.authtoken.models import Token
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Work)
    Work.objects.bulk_create([Work(**row) for row in rows])
    user = get_user_model().objects.create_superuser("giamsat.daklak", "giamsat@example.vn", PASSWORD)
    for unit in sorted({row["unit"] for row in rows}):
        get_user_model().objects.create_user("daklak." + unit.lower(), password=PASSWORD)
    secret = "khach-hang-bi-mat-0123456789"
    client = Application.objects.create(name="nq57d", user=user, client_type="confidential", client_secret=secret,
                                        authorization_grant_type="client-credentials")
    return {"key": Token.objects.create(user=user).key, "client": [client.client_id, secret]}


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, text, *args):
        sys.stderr.write("%s\n" % (text % args))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("works", type=pathlib.Path)
    parser.add_argument("--access-seconds", type=int, default=300)
    args = parser.parse_args()
    sys.modules["django_site"] = sys.modules["__main__"]
    configure(args.folder, args.access_seconds)
    import django
    django.setup()
    table = model()
    global urlpatterns
    urlpatterns = routes(table)
    told = fill(table, json.loads(args.works.read_text(encoding="utf-8")))
    from django.core.wsgi import get_wsgi_application
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, get_wsgi_application(), Server, Handler)
    print(json.dumps({"port": server.server_port, **told}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
