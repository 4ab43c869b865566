"""Services as what is edited, by more areas than one; see `kind`."""

from console.access import Workspace
from console.editing.kind import Kind, Target
from console.sentences import SERVICE
from tenants.authlete import Authlete
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.documents.service.rules import findings


def _api(authlete: Authlete, target: Target) -> ServiceApi:
    return authlete.service(target.service_id)


def _called(service: Service) -> str:
    return service.service_name or str(service.api_key)


KIND = Kind("service", "services", SECTIONS, SERVICE, _api, Service, _called, findings)


def target_of(workspace: Workspace, service_id: int) -> Target:
    return Target(KIND, workspace, service_id)
