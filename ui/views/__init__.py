"""Views: functions that draw values; what a person does comes back as values."""
