"""The door for time: tasks that a timetable or a nudge rings for. Each is a line that calls a service."""
