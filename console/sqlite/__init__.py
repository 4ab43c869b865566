"""The backend that `console.ops.databases` names for SQLite."""
