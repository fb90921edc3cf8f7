"""A whole installation in one folder, and back. The format: docs/backup-format.md."""
