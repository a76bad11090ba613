"""Files by the pages: received, read into raw tables, shown with what is proposed, and taken by a worker.

The library does all of it (`Workspace.land`, `import_landed`, `refresh`); here stands what people brought,
answered and corrected, and how far each import is.
"""
