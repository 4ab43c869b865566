"""Every page in every state that looks different."""

import importlib
import pkgutil

from tests.support.scene import PAGE_STATES

__all__ = ["PAGE_STATES"]

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
