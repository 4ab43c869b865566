from django.urls import path

from console.findings import views

app_name = "findings"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:rule>/", views.show, name="show"),
    path("<str:rule>/<int:finding>/waive/", views.waive, name="waive"),
    path("<str:rule>/waivers/<uuid:waiver>/remove/", views.unwaive, name="unwaive"),
]
