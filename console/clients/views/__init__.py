from console.clients.views.columns import columns
from console.clients.views.listed import listed

__all__ = ["columns", "listed"]
