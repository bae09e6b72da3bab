# what: abstract classes, properties, class methods, slots, operators and inheritance
from abc import ABC, abstractmethod
from functools import cached_property, total_ordering
class Plan(ABC):
    registry = {}
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Plan.registry[cls.__name__.lower()] = cls
    def __init__(self, months):
        self.months = months
    @property
    @abstractmethod
    def price(self): ...
    @cached_property
    def total(self):
        return self.price * self.months
    @classmethod
    def make(cls, name, months):
        return cls.registry[name](months)
class Basic(Plan):
    @property
    def price(self):
        return 10
class Pro(Basic):
    @property
    def price(self):
        return super().price * 2.5
@total_ordering
class Money:
    __slots__ = ("cents",)
    def __init__(self, cents):
        self.cents = cents
    def __add__(self, other):
        return Money(self.cents + other.cents)
    def __eq__(self, other):
        return self.cents == other.cents
    def __lt__(self, other):
        return self.cents < other.cents
    def __format__(self, spec):
        return f"{self.cents / 100:{spec or '.2f'}}"
def execute_tool(parameters, context):
    try:
        Plan(1)
        refused = False
    except TypeError:
        refused = True
    return {"pro": Plan.make("pro", 12).total, "basic": Plan.make("basic", 2).total, "refused": refused, "names": sorted(Plan.registry),
            "money": f"{Money(150) + Money(275)} {Money(5):>8.1f}", "most": max(Money(3), Money(9)).cents, "ge": Money(3) >= Money(3), "mro": [cls.__name__ for cls in Pro.__mro__]}
