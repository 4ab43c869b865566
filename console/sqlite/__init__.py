"""The backend that `console.databases` names for SQLite."""
