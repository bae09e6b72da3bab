# what: one moment in several time zones, and arithmetic over the change to summer time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
def execute_tool(parameters, context):
    meeting = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    zones = ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "UTC", "Africa/Cairo"]
    wall = meeting + timedelta(hours=2)                                     # the clock on the wall
    real = (meeting.astimezone(ZoneInfo("UTC")) + timedelta(hours=2)).astimezone(ZoneInfo("Europe/Berlin"))
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    try:
        ZoneInfo("Mars/Olympus")
        missing = "found"
    except KeyError as error:
        missing = type(error).__name__
    return {
        "elsewhere": {zone: meeting.astimezone(ZoneInfo(zone)).strftime("%H:%M %Z %z") for zone in zones},
        "wall": wall, "real": real, "hours_apart": (real - meeting).total_seconds() / 3600,
        "offsets": [twice.utcoffset(), twice.replace(fold=1).utcoffset()], "dst": meeting.dst(), "missing": missing,
    }
