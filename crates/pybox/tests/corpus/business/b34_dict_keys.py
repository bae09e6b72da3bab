# what: returns dicts whose keys are not texts
from datetime import date
from enum import Enum
from uuid import UUID
class Status(Enum):
    OPEN = "open"
def execute_tool(parameters, context):
    return {
        "int": {1: "a", -2: "b"}, "float": {1.5: "a"}, "bool": {True: "yes", False: "no"}, "none": {None: 0}, "date": {date(2026, 3, 1): 5},
        "enum": {Status.OPEN: 2}, "uuid": {UUID(int=7): 1},
    }
