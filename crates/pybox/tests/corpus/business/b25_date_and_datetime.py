# what: working with dates: differences, ends of months, ISO weeks, formatting and parsing
from datetime import date, datetime, timedelta, timezone
def execute_tool(parameters, context):
    start = date(2026, 1, 31)
    due = start + timedelta(days=30)
    month_end = (date(2026, 3, 1) - timedelta(days=1)).day
    stamp = datetime(2026, 3, 1, 14, 5, 9, 250000, tzinfo=timezone.utc)
    return {
        "due": due, "start": start, "at": stamp, "naive": datetime(2026, 3, 1, 14, 5), "time": stamp.time(), "left": due - start,
        "half": timedelta(hours=1, milliseconds=500), "month_end": month_end, "week": list(start.isocalendar()),
        "text": stamp.strftime("%A, %d %B %Y at %I:%M %p"), "parsed": datetime.strptime("05.03.2026 07:08", "%d.%m.%Y %H:%M"),
        "iso": datetime.fromisoformat("2026-03-01T10:00:00+02:00").astimezone(timezone.utc), "unix": int(stamp.timestamp()),
        "leap": date(2028, 2, 29).timetuple().tm_yday, "weekday": start.weekday(), "later": max(start, due) == due,
    }
