from django.urls import path

from console.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:organization>/", views.index, name="index"),
    path("<slug:organization>/dismiss-overdue/", views.dismiss_overdue, name="dismiss_overdue"),
]
