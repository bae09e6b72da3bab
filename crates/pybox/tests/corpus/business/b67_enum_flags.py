# what: enumerations: automatic values, flags, aliases, methods and lookups
from enum import Enum, Flag, IntEnum, auto, unique
class Right(Flag):
    READ = auto()
    WRITE = auto()
    ALL = READ | WRITE
@unique
class Priority(IntEnum):
    LOW = 1
    HIGH = 5
class Channel(str, Enum):
    SMS = "sms"
    CALL = "call"
    @property
    def label(self):
        return self.name.title()
    @classmethod
    def _missing_(cls, value):
        return cls.SMS if value == "text" else None
def execute_tool(parameters, context):
    try:
        Channel("fax")
        unknown = None
    except ValueError as error:
        unknown = str(error)
    return {"has": Right.READ in Right.ALL, "value": Right.ALL.value, "sorted": sorted([Priority.HIGH, Priority.LOW]), "more": Priority.HIGH > 3, "label": Channel("call").label, "missing": Channel("text"), "equal": Channel.SMS == "sms",
            "unknown": unknown, "members": list(Channel.__members__), "by_name": Channel["CALL"].value, "count": len(Priority)}
