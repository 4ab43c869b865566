from django.urls import path

from console.compare.views import comparison, twins

app_name = "compare"
urlpatterns = [
    path("compare/", comparison.index, name="index"),
    path("promote/", comparison.promote, name="promote"),
    path("compare/twins/", twins.twins, name="twins"),
    path("compare/twins/new/", twins.new_twin, name="new_twin"),
    path("compare/twins/<uuid:twin>/accept/", twins.accept_drift, name="accept_drift"),
    path("compare/twins/<uuid:twin>/remove/", twins.remove_twin, name="remove_twin"),
]
