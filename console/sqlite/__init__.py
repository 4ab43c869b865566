"""The backend that `console.ops.environment` names for SQLite."""
