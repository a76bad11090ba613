"""Calendars: grains and periods, time zones, working days, spreading amounts over them."""
