"""The REST API, version 1: everything the pages show and do, for programs.

The API asks the same services as the pages (`sight`, `book`), so it shows and allows nothing more.
"""
